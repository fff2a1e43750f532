"""Clocks: the machine's, one that runs faster, and one that somebody moves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock, ScaledClock, SteadyClock, SystemClock

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


class Machine:
    """A machine whose clock anybody may set; it began to run at noon."""

    def __init__(self) -> None:
        self.ran, self.set_by = 0.0, 0.0

    def clock(self) -> SteadyClock:
        return SteadyClock(wall=self.wall, passed=lambda: self.ran)

    def wall(self) -> float:
        return NOON.timestamp() + self.ran + self.set_by

    def in_slack(self) -> float:
        return float(int(NOON.timestamp() + self.ran))


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("by", [3600, -3600])
def test_a_steady_clock_goes_on_as_before_when_the_machines_is_set_by_an_hour(machine: Machine, by: int):
    clock = machine.clock()
    machine.ran, machine.set_by = 90, by
    assert clock.now() == datetime(2026, 1, 5, 12, 1, 30, tzinfo=UTC)
    assert clock.is_in_doubt
    assert clock.seconds_until(NOON + timedelta(minutes=2)) == 30.0
    clock.heard(machine.in_slack())
    assert not clock.is_in_doubt
    assert clock.now() == datetime(2026, 1, 5, 12, 1, 30, tzinfo=UTC)


def test_a_clock_that_was_wrong_and_is_set_right_is_followed_once_slack_agrees(machine: Machine):
    machine.set_by = -3600
    clock = machine.clock()
    machine.set_by = 0
    assert clock.now() == NOON - timedelta(hours=1)
    clock.heard(machine.in_slack())
    assert clock.now() == NOON


def test_a_machine_that_was_wrong_from_the_beginning_is_not_believed_when_slack_insists(machine: Machine):
    machine.set_by = 3600
    clock = machine.clock()
    for _ in range(2):
        clock.heard(machine.in_slack())
    assert clock.now() == NOON + timedelta(hours=1), "one server of Slack's may be wrong itself"
    clock.heard(machine.in_slack())
    assert clock.now() == NOON
    machine.set_by = 0
    machine.ran = 10.25
    assert clock.now() == datetime(2026, 1, 5, 12, 0, 10, 250_000, tzinfo=UTC)


def test_answers_that_disagree_now_and_then_change_nothing(machine: Machine):
    clock = machine.clock()
    for _ in range(4):
        clock.heard(machine.in_slack() + 7200)
        clock.heard(machine.in_slack())
    assert clock.now() == NOON


def test_small_corrections_are_followed_without_asking_anybody(machine: Machine):
    clock = machine.clock()
    for _ in range(10):
        machine.ran += 15
        machine.set_by += 0.5
        clock.now()
    assert clock.now() == NOON + timedelta(seconds=155)
    assert not clock.is_in_doubt


def test_a_steady_clock_reads_the_machines_by_itself():
    before = SystemClock().now()
    assert before <= SteadyClock().now() <= SystemClock().now()
