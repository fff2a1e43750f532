"""One state, whatever the order: duplicated, shuffled, lost and found, a week of events ends as if it were lived.

The week has bursts that other customers interrupt, answers beside the thread, threads that agents begin, thanks, edits,
deletions, reactions and clicks. All of it goes through the inbox; the sandbox answers the bot's questions. The form
with 100,000 deliveries is in `long_forms.py`; what is compared, and what is not, is said in `portrait.py`.
"""

from pathlib import Path

import pytest

from tests.outages.portrait import differences, digest, without_first_words
from tests.outages.week import lived


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_duplicated_and_shuffled_events_end_in_the_state_of_a_week_that_was_lived(
    tmp_path: Path, empty_desk_database: Path
):
    async with lived(7, 500, everything=True, folder=tmp_path, empty=empty_desk_database) as week:
        as_lived = await week.live()
        assert len(as_lived["tickets"]) > 80
        for seed in (1, 2, 3):
            shuffled = await week.shuffled(2000, seed)
            assert digest(shuffled) == digest(as_lived), differences(as_lived, shuffled)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_what_slack_never_delivered_is_found_in_its_history_and_ends_in_the_same_state(
    tmp_path: Path, empty_desk_database: Path
):
    async with lived(8, 300, everything=False, folder=tmp_path, empty=empty_desk_database) as week:
        as_lived = without_first_words(await week.live())
        assert len(as_lived["tickets"]) > 50
        for heard in (await week.found(), await week.half_lost(600, 1), await week.shuffled(1200, 1)):
            found = without_first_words(heard)
            assert digest(found) == digest(as_lived), differences(as_lived, found)
