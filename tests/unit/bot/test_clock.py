"""Clocks: the machine's, one that runs faster, and one that somebody moves."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock, ScaledClock, SystemClock

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MINUTES = st.integers(min_value=-10_000, max_value=10_000).map(lambda minutes: timedelta(minutes=minutes))


def test_the_machines_clock_is_in_utc_and_does_not_wait_for_the_past():
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.seconds_until(clock.now() - timedelta(hours=1)) == 0.0


def test_a_scaled_clock_runs_so_many_times_as_fast():
    real = [100.0]
    clock = ScaledClock(NOON, 60, monotonic=lambda: real[0])
    real[0] += 30
    assert clock.now() == datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
    assert clock.seconds_until(datetime(2026, 1, 5, 13, 30, tzinfo=UTC)) == 60.0
    assert clock.seconds_until(NOON) == 0.0


def test_a_manual_clock_stands_still_until_it_is_moved():
    clock = ManualClock(NOON)
    assert clock.seconds_until(NOON) == 0.0
    assert clock.seconds_until(NOON + timedelta(seconds=1)) is None
    clock.jump(NOON + timedelta(seconds=1))
    assert clock.now() == NOON + timedelta(seconds=1)
    assert clock.seconds_until(NOON + timedelta(seconds=1)) == 0.0


@given(st.lists(MINUTES, max_size=20))
def test_a_manual_clock_never_runs_back(jumps):
    clock, before = ManualClock(NOON), NOON
    for jump in jumps:
        clock.jump(NOON + jump)
        assert clock.now() >= before
        before = clock.now()
