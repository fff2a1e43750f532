"""What holds for business time whatever the schedule, the zone and the instants.

THREADLINE_ORACLE_EXAMPLES sets how many random schedules are tried; `make` runs few of them, a night can run many.
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

import pytest
import workclock
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time import CALENDAR, BusinessTime, Hours
from sla.deadlines import measure
from sla.schedule import Holiday, Interval, Schedule
from tests.support.minute_oracle import MinuteOracle
from tests.support.random_schedules import ZONES, random_case, transitions

EXAMPLES = int(os.environ.get("THREADLINE_ORACLE_EXAMPLES", "200"))
MICROSECOND = timedelta(microseconds=1)

randoms = st.integers(min_value=0, max_value=2**48).map(Random)
durations = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=40))
instants = st.datetimes(
    min_value=datetime(2021, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
many = settings(max_examples=EXAMPLES, deadline=None)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    if draw(st.integers(0, 9)) == 0:
        return CALENDAR
    schedule, _, _ = random_case(draw(randoms))
    return BusinessTime(schedule)


@many
@given(randoms)
def test_it_agrees_with_a_walk_along_the_wall_clock(random):
    schedule, start, end = random_case(random)
    oracle, business_time = MinuteOracle(schedule, start, end), BusinessTime(schedule)
    assert business_time.spans(start, end) == oracle.spans()
    steps = int((end - start) / oracle.step)
    one, other = sorted(start + random.randint(0, steps) * oracle.step for _ in range(2))
    assert business_time.elapsed(one, other) == oracle.counted(one, other)
    wanted = random.randint(0, int(oracle.counted(one, end) / oracle.step))
    assert business_time.after(one, wanted * oracle.step) == oracle.reached(one, wanted)


@many
@given(hours(), instants, instants, instants)
def test_a_stretch_counts_what_its_parts_count(counting, first, second, third):
    whole = counting.elapsed(first, third)
    assert whole == counting.elapsed(first, second) + counting.elapsed(second, third)


@many
@given(hours(), instants, instants)
def test_it_never_runs_backwards_nor_faster_than_time(counting, one, other):
    start, end = min(one, other), max(one, other)
    assert timedelta() <= counting.elapsed(start, end) <= end - start


@many
@given(hours(), instants, durations)
def test_a_deadline_is_the_least_instant_at_which_the_duration_is_counted(counting, start, duration):
    due_at = counting.after(start, duration)
    assert due_at >= start
    assert counting.elapsed(start, due_at) == duration
    if due_at > start:
        assert counting.elapsed(start, due_at - MICROSECOND) < duration


@many
@given(hours(), instants, instants)
def test_spans_add_up_to_what_is_elapsed_and_never_touch(counting, one, other):
    start, end = min(one, other), max(one, other)
    spans = counting.spans(start, end)
    assert sum((closes - opens for opens, closes in spans), timedelta()) == counting.elapsed(start, end)
    edges = [edge for span in spans for edge in span]
    assert all(earlier < later for earlier, later in pairwise(edges))
    assert not edges or (start <= edges[0] and edges[-1] <= end)


@many
@given(hours(), instants, durations, st.lists(instants, max_size=8, unique=True))
def test_a_deadline_is_the_least_instant_outside_the_pauses(counting, start, duration, edges):
    edges.sort()
    pauses = list(zip(edges[::2], edges[1::2], strict=False))
    due_at = measure(counting, start, duration, pauses).due
    assert due_at is not None
    assert counting.elapsed_excluding(start, due_at, pauses) == duration
    # A pause that begins on the deadline is in time, and the deadline is then where it ends.
    if due_at > start and due_at not in edges[1::2]:
        assert counting.elapsed_excluding(start, due_at - MICROSECOND, pauses) < duration


@many
@given(hours(), instants, durations, instants)
def test_a_pause_without_end_leaves_no_deadline_unless_it_comes_too_late(counting, start, duration, paused_at):
    due_at = counting.after(start, duration)
    expected = due_at if due_at < paused_at else None
    assert measure(counting, start, duration, [(paused_at, None)]).due == expected


@settings(max_examples=max(EXAMPLES // 4, 25), deadline=None)
@given(randoms, st.lists(st.tuples(instants, instants), min_size=2, max_size=6))
def test_the_order_of_questions_changes_no_answer(random, stretches):
    """The compiled horizon grows both ways, and none of it shows."""
    schedule, _, _ = random_case(random)
    asked_in_order, asked_in_reverse = BusinessTime(schedule), BusinessTime(schedule)
    answers = [asked_in_order.elapsed(*stretch) for stretch in stretches]
    assert answers == [asked_in_reverse.elapsed(*stretch) for stretch in reversed(stretches)][::-1]


@pytest.mark.parametrize("zone", ZONES)
def test_every_zone_is_walked_across_one_of_its_changes(zone):
    random = Random(zone)
    schedule, start, end = random_case(random, zone)
    assert BusinessTime(schedule).spans(start, end) == MinuteOracle(schedule, start, end).spans()


# workclock knows no special hours and no shift that may be seven days long; within a day the two have to agree.
@many
@given(randoms, durations)
def test_workclock_agrees_on_shifts_within_a_day(random, duration):
    zone = random.choice([zone for zone in ZONES if zone.startswith(("Europe/", "Asia/", "Australia/", "America/"))])
    opens, closes = sorted(random.sample(range(0, 1_440, 15), 2))
    weekdays = sorted(random.sample(range(7), random.randint(1, 7)))
    holiday = date(2024, 1, 1) + timedelta(days=random.randint(0, 700))
    whole = Schedule(
        name="shift",
        time_zone=zone,
        intervals=tuple(
            Interval(start_time=(day + 1) % 7 * 1_440 + opens, end_time=(day + 1) % 7 * 1_440 + closes)
            for day in weekdays
        ),
        holidays=(Holiday(name="Off", start_date=holiday, end_date=holiday),),
    )
    peer = workclock.Schedule(
        [
            workclock.WorkDay(time(*divmod(opens, 60)), time(*divmod(closes, 60)), days=weekdays),
            workclock.Holidays([holiday]),
        ],
        time_zone=zone,
    )
    change = random.choice(transitions(zone) or (datetime(2024, 1, 1, tzinfo=UTC),))
    near = max(change, datetime(1971, 1, 1, tzinfo=UTC))
    start, end = near - timedelta(minutes=random.randint(0, 9_000)), near + timedelta(minutes=random.randint(0, 9_000))
    assert BusinessTime(whole).elapsed(start, end) == peer.between(start, end)
    if duration:
        assert BusinessTime(whole).after(start, duration) == peer.add(start, duration)
