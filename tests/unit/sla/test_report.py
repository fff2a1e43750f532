"""Reports count instances, group them, and read percentiles of what was fulfilled."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.engine import Outcome
from sla.report import Dimension, Figures, Measured, counted_outcome, report, selected, week_of
from sla.spread import Spread, day_spread

MONDAY = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)


def a_row(outcome: str = "met", **changed):
    values = {
        "ticket": "1",
        "metric": "first_reply_time",
        "instance": 1,
        "outcome": Outcome(outcome),
        "activated_at": MONDAY,
        "ended_at": MONDAY + timedelta(minutes=30),
        "target": timedelta(hours=1),
        "business": timedelta(minutes=20),
        "calendar": timedelta(minutes=25),
    }
    return Measured(**values | changed)


def test_instances_are_counted_and_not_tickets():
    ended = {"A": (3, 1), "B": (5, 1), "C": (3, 0), "D": (1, 3), "E": (3, 0)}
    rows = [
        a_row(outcome, ticket=ticket)
        for ticket, (met, missed) in ended.items()
        for outcome in ["met"] * met + ["missed"] * missed
    ]
    total = report(rows, (Dimension.METRIC,), UTC).total
    assert (total.met, total.missed, total.counted, total.attainment) == (15, 5, 20, 0.75)


def test_open_and_already_late_counts_as_missed():
    late = counted_outcome(Outcome.OPEN, breached=True, breach_at=None, now=MONDAY)
    unstamped = counted_outcome(Outcome.OPEN, breached=False, breach_at=MONDAY, now=MONDAY + timedelta(seconds=1))
    on_the_dot = counted_outcome(Outcome.OPEN, breached=False, breach_at=MONDAY, now=MONDAY)
    assert (late, unstamped, on_the_dot) == (Outcome.MISSED, Outcome.MISSED, Outcome.OPEN)


def test_what_ended_otherwise_is_listed_and_never_counted():
    rows = [a_row("missed", is_open=True, ended_at=None)] + [
        a_row(o) for o in ("cancelled", "merged", "exempt", "open")
    ]
    total = report(rows, (), UTC).total
    assert (total.late, total.cancelled, total.merged, total.exempt, total.open) == (1, 1, 1, 1, 1)
    assert (total.counted, total.fulfilled, total.attainment, total.business) == (1, 0, 0.0, None)


def test_without_anything_that_counts_there_is_no_attainment():
    assert Figures().attainment is None
    assert report([], (Dimension.AGENT,), UTC).groups == ()


def test_percentiles_are_the_nearest_rank_of_what_was_fulfilled():
    minutes = [a_row(business=timedelta(minutes=n), calendar=timedelta(hours=n)) for n in range(1, 21)]
    found = report([*minutes, a_row("cancelled", business=timedelta(days=9))], (), UTC).total
    assert found.business is not None
    assert found.calendar is not None
    assert [found.business.p50, found.business.p90, found.business.p95] == [timedelta(minutes=n) for n in (10, 18, 19)]
    assert found.calendar.p95 == timedelta(hours=19)


def test_a_single_duration_is_every_percentile():
    found = day_spread([timedelta(seconds=7)]).percentiles()
    assert found is not None
    assert {found.p50, found.p90, found.p95} == {timedelta(seconds=7)}


def test_a_day_with_much_is_kept_in_buckets_that_never_flatter():
    hours = [timedelta(seconds=3600 + n) for n in range(200)]
    much = day_spread(hours).percentiles()
    little = day_spread(hours[:100]).percentiles()
    assert much is not None
    assert little is not None
    assert (much.p50, much.p95) == (timedelta(seconds=3711), timedelta(seconds=3839))
    assert (little.p50, little.p95) == (timedelta(seconds=3649), timedelta(seconds=3694))


def test_no_bucket_is_wider_than_three_percent():
    for seconds in (64, 100, 3600, 86_399, 86_400, 10_000_000):
        found = day_spread([timedelta(seconds=seconds)] * 101).percentiles()
        assert found is not None
        assert 0 <= found.p50 // timedelta(seconds=1) - seconds <= seconds * 0.032


def test_short_durations_stay_exact_however_many_there_are():
    found = day_spread([timedelta(seconds=n % 60) for n in range(6000)]).percentiles()
    assert found is not None
    assert [found.p50, found.p90, found.p95] == [timedelta(seconds=n) for n in (29, 53, 56)]


def test_days_with_much_and_days_with_little_add_up():
    total = Spread()
    total.add(day_spread([timedelta(minutes=1)] * 150))
    total.add(day_spread([timedelta(minutes=1)] * 150))
    total.add(day_spread([timedelta(hours=2)] * 40))
    found = total.percentiles()
    assert found is not None
    assert (found.p50, found.p95) == (timedelta(minutes=1), timedelta(hours=2))
    assert Spread().percentiles() is None


def test_days_add_up_whatever_their_order():
    rows = [a_row(activated_at=MONDAY + timedelta(days=day), business=timedelta(minutes=day)) for day in range(5)]
    assert report(rows, (), UTC) == report(rows[::-1], (), UTC)


@pytest.mark.parametrize(
    ("dimension", "value"),
    [
        (Dimension.POLICY, "Everybody"),
        (Dimension.METRIC, "first_reply_time"),
        (Dimension.PRIORITY, "urgent"),
        (Dimension.CHANNEL, "C1"),
        (Dimension.CUSTOMER, "acme"),
        (Dimension.TIER, "gold"),
        (Dimension.AGENT, "U1"),
        (Dimension.GROUP, "engineering"),
        (Dimension.WEEK, "2026-W03"),
        (Dimension.HOUR, "10"),
    ],
)
def test_rows_are_grouped_by_what_they_say_and_by_local_time(dimension, value):
    row = a_row(
        policy="Everybody",
        priority="urgent",
        channel="C1",
        customer="acme",
        tier="gold",
        agent="U1",
        group="engineering",
    )
    zone = ZoneInfo("Europe/Berlin")
    assert [group.key for group in report([row], (dimension,), zone).groups] == [(value,)]
    assert selected([row], {dimension: value}, zone) == [row]
    assert selected([row], {dimension: "other"}, zone) == []


def test_groups_come_in_the_order_of_their_dimension_and_nobody_comes_last():
    rows = [a_row(priority=each) for each in (None, "low", "urgent", "normal")]
    assert [group.key[0] for group in report(rows, (Dimension.PRIORITY,), UTC).groups] == [
        "urgent",
        "normal",
        "low",
        None,
    ]
    named = [a_row(agent=each) for each in ("U2", None, "U1")]
    assert [group.key[0] for group in report(named, (Dimension.AGENT,), UTC).groups] == ["U1", "U2", None]


def test_the_last_days_of_a_year_are_of_the_week_that_they_share():
    assert week_of(datetime(2026, 12, 31, tzinfo=UTC).date()) == "2026-W53"
    assert week_of(datetime(2027, 1, 1, tzinfo=UTC).date()) == "2026-W53"


def test_a_row_tells_what_was_counted_and_how_long_it_stood_still():
    assert a_row(business_hours=True).used == timedelta(minutes=20)
    assert a_row().used == timedelta(minutes=25)
    assert a_row().paused == timedelta(minutes=5)
    assert a_row(ended_at=None).paused is None
