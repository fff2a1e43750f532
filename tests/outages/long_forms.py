"""The long forms of what `make test` tries in short: `make faults` runs them, and they print their figures.

They are in a file of their own, which pytest collects only when it is named.
"""

import os
import sys
import time
from pathlib import Path

import pytest
import structlog

from tests.acceptance.test_storms import storm_over_twenty_channels
from tests.outages.portrait import Portrait, differences, digest, without_first_words
from tests.outages.week import lived

THINGS = int(os.environ.get("THREADLINE_THINGS", "25000"))
DELIVERIES = int(os.environ.get("THREADLINE_DELIVERIES", "100000"))
SHUFFLES = (1, 2, 3)
BREACHES = 10_000


@pytest.fixture(autouse=True)
def quiet():
    """Nobody reads a million lines."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell(what: str, began: float, drawn: Portrait) -> None:
    rows = ", ".join(f"{len(rows):,} {kind}" for kind, rows in drawn.items())
    say(f"{what}: {digest(drawn)[:16]} ({rows}) after {time.monotonic() - began:.0f} s")


@pytest.mark.timeout(0)
async def test_a_hundred_thousand_duplicated_and_shuffled_events_end_in_one_state(
    tmp_path: Path, empty_desk_database: Path
):
    async with lived(1, THINGS, everything=True, folder=tmp_path, empty=empty_desk_database) as week:
        say(f"\n{len(week.told):,} events")
        drawn = []
        for seed in SHUFFLES:
            began = time.monotonic()
            drawn.append(await week.shuffled(DELIVERIES, seed))
            tell(f"{DELIVERIES:,} deliveries, shuffle {seed}", began, drawn[-1])
            assert digest(drawn[-1]) == digest(drawn[0]), differences(drawn[0], drawn[-1])
        began = time.monotonic()
        as_lived = await week.live()
        tell("as lived", began, as_lived)
        assert digest(drawn[0]) == digest(as_lived), differences(as_lived, drawn[0])


@pytest.mark.timeout(0)
async def test_the_same_events_found_in_history_end_in_that_state_too(tmp_path: Path, empty_desk_database: Path):
    async with lived(2, THINGS, everything=False, folder=tmp_path, empty=empty_desk_database) as week:
        say(f"\n{len(week.told):,} events")
        began = time.monotonic()
        as_lived = without_first_words(await week.live())
        tell("as lived", began, as_lived)
        for name, way in (
            ("found in history", week.found),
            ("half of it lost, shuffled and then found", lambda: week.half_lost(DELIVERIES, 1)),
            ("shuffled", lambda: week.shuffled(DELIVERIES, 1)),
        ):
            began = time.monotonic()
            found = without_first_words(await way())
            tell(name, began, found)
            assert digest(found) == digest(as_lived), differences(as_lived, found)


@pytest.mark.timeout(0)
async def test_ten_thousand_breaches_at_once_inform_twenty_channels_in_5_s_and_name_each_ticket_in_60(
    desk_database: str,
):
    began = time.monotonic()
    await storm_over_twenty_channels(desk_database, BREACHES)
    say(f"\n{BREACHES:,} breaches at once: each of 20 channels told within 5 s, each ticket named once within 60 s")
    say(f"(after {time.monotonic() - began:.0f} s of real time)")
