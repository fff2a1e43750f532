"""Whatever crashes, stalls or gets lost: every message is posted exactly once."""

import random
from collections import Counter
from pathlib import Path

import pytest

from store import migrations, postgresql, sqlite
from store.urls import parse_url
from tests.support.unreliable_slack import Rules, World

MESSAGES = 12
EACH_ONCE = Counter(f"m{number}" for number in range(MESSAGES))


def play(url: str, seed: int, rules: Rules) -> Counter[str]:
    address = parse_url(url)
    module = postgresql if address.get_backend_name() == "postgresql" else sqlite
    engine = module.writing_engine(address, virtual_clock=True)
    try:
        with engine.connect() as conn:
            if module is sqlite:
                conn.connection.driver_connection.execute("PRAGMA synchronous = OFF")  # type: ignore[union-attr]
            return World(conn, random.Random(seed), rules).play(MESSAGES, steps=150)
    finally:
        engine.dispose()


@pytest.mark.parametrize("seed", range(6))
def test_every_message_is_posted_exactly_once(database_url: str, seed: int) -> None:
    assert play(database_url, seed, Rules()) == EACH_ONCE


@pytest.mark.parametrize(
    "rules",
    [
        Rules(marks_after_sending=False),
        Rules(keeps_fence=False),
        Rules(settles=False),
        Rules(expired_is_uncertain=False),
    ],
    ids=["marked before it was sent", "no fence", "no settle time", "an expired lease is pending again"],
)
def test_a_sender_that_breaks_a_rule_is_noticed(tmp_path: Path, rules: Rules) -> None:
    def outcome(seed: int) -> Counter[str]:
        url = f"sqlite:///{tmp_path}/{seed}.db"
        migrations.upgrade(url)
        return play(url, seed, rules)

    assert any(outcome(seed) != EACH_ONCE for seed in range(12))
