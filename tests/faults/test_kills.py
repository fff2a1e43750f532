"""``run`` is killed with SIGKILL again and again, in real time, while people go on talking and Slack has its moods.

This is the short form of ``make faults``.
"""

import asyncio
import os
import random

import pytest

from tests.faults.rounds import Plan, play


@pytest.fixture
def seed() -> int:
    """Printed when the test fails; FAULT_SEED repeats its choices."""
    chosen = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(1, 2**32))
    print(f"FAULT_SEED={chosen}")  # noqa: T201 - shown by pytest for a test that fails
    return chosen


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_after_forty_kills_nothing_is_lost_and_nothing_is_doubled(tmp_path, seed):
    http = Plan(database="sqlite", socket_mode=False, seed=seed, kills=20)
    socket = Plan(database="sqlite", socket_mode=True, seed=seed + 1, kills=20)
    async with asyncio.TaskGroup() as both:
        rounds = [
            both.create_task(play(plan, f"sqlite:///{folder}/threadline.db", folder))
            for plan, folder in ((http, tmp_path / "http"), (socket, tmp_path / "socket"))
        ]
    assert [(sum(one.result().phases.values()), one.result().broken) for one in rounds] == [(20, []), (20, [])]


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(600)
async def test_two_of_three_replicas_go_on_while_the_third_is_killed(tmp_path, seed, postgresql_url):
    plan = Plan(database="postgresql", socket_mode=True, seed=seed, kills=8, replicas=3)
    one = await play(plan, postgresql_url, tmp_path / "replicas")
    assert (sum(one.phases.values()), one.broken) == (8, [])
