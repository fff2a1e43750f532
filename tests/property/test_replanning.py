"""Deadlines that go ahead of their tickets go where measuring the whole clock anew puts them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time import CALENDAR, BusinessTime
from sla.deadlines import measure
from sla.replanning import moved, moves
from sla.schedule import Holiday, Interval, Schedule
from tests.support.random_schedules import random_case

randoms = st.integers(min_value=0, max_value=2**48).map(Random)
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICE = Schedule(
    name="office",
    time_zone="UTC",
    intervals=tuple(Interval(start_time=day * 1440 + 540, end_time=day * 1440 + 1020) for day in range(1, 6)),
)


def with_holidays(schedule: Schedule, random: Random) -> Schedule:
    """The schedule with holidays after now, of which it may have had some before."""
    days = [(NOW + random.randrange(2, 60) * DAY).date() for _ in range(random.randrange(3))]
    return replace(schedule, holidays=tuple(Holiday(name="off", start_date=day, end_date=day) for day in days))


@settings(max_examples=300, deadline=None)
@given(randoms)
def test_a_deadline_goes_where_its_clock_measured_anew_has_it(random):
    schedule, _, _ = random_case(random)
    before, after = (BusinessTime(with_holidays(schedule, random)) for _ in range(2))
    begun = NOW - timedelta(minutes=random.randrange(1, 20_000))
    paused = begun + (NOW - begun) * random.random()
    pauses = [(paused, paused + (NOW - paused) * random.random())] if random.random() < 0.5 else []
    target = timedelta(minutes=random.randrange(1, 10_000))
    old, new = (measure(hours, begun, target, pauses).due for hours in (before, after))
    if old is None or new is None or old <= NOW:
        return
    by = moves(before, after, NOW, since=begun, until=old + random.randrange(3) * DAY)
    assert by is not None
    assert moved(old, by) == new


def test_a_holiday_moves_what_lies_behind_its_morning_and_nothing_before():
    closed = replace(OFFICE, holidays=(Holiday(name="off", start_date=date(2026, 3, 5), end_date=date(2026, 3, 5)),))
    by = moves(BusinessTime(OFFICE), BusinessTime(closed), NOW, since=NOW - 3 * DAY, until=NOW + 3 * DAY)
    assert by is not None
    assert [(str(move.until), move.by) for move in by] == [
        ("2026-03-04 17:00:00+00:00", timedelta()),
        ("2026-03-05 17:00:00+00:00", DAY),
        ("2026-03-06 17:00:00+00:00", 3 * DAY),
    ]
    assert moved(datetime(2026, 3, 4, 17, 0, tzinfo=UTC), by) == datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
    assert moved(datetime(2026, 3, 5, 9, 30, tzinfo=UTC), by) == datetime(2026, 3, 6, 9, 30, tzinfo=UTC)
    assert moved(NOW + 30 * DAY, by) == NOW + 30 * DAY


def test_a_deadline_that_has_passed_stays_where_it_was():
    monday = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    closed = replace(OFFICE, holidays=(Holiday(name="off", start_date=monday.date(), end_date=monday.date()),))
    by = moves(BusinessTime(OFFICE), BusinessTime(closed), monday, since=monday - 9 * DAY, until=monday + DAY)
    assert by is not None
    assert moved(monday - 3 * DAY, by) == monday - 3 * DAY
    assert moved(datetime(2026, 3, 9, 9, 30, tzinfo=UTC), by) == datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 4), date(2026, 3, 3)], ids=["today", "yesterday"])
def test_hours_that_change_before_now_have_to_be_measured_anew(day):
    closed = replace(OFFICE, holidays=(Holiday(name="off", start_date=day, end_date=day),))
    assert moves(BusinessTime(OFFICE), BusinessTime(closed), NOW, since=NOW - 3 * DAY, until=NOW + DAY) is None


def test_hours_that_never_open_again_are_left_to_the_tickets_own_evaluation():
    closed = replace(OFFICE, holidays=(Holiday(name="off", start_date=date(2026, 3, 5), end_date=date(2028, 3, 5)),))
    assert moves(BusinessTime(OFFICE), BusinessTime(closed), NOW, since=NOW - DAY, until=NOW + 3 * DAY) is None


def test_where_no_open_time_is_left_nothing_goes_anywhere():
    assert moves(CALENDAR, CALENDAR, NOW, since=NOW - DAY, until=NOW) == ()
