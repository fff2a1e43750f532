import json
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from sla.business_time import CALENDAR, BusinessTime
from sla.errors import SlaError
from sla.explain import Kind, explain, explanation_to_json
from sla.schedule import Holiday, Interval, Schedule, SpecialHours
from tests.support.random_schedules import random_case

CHRISTMAS = BusinessTime(
    Schedule(
        name="eu",
        time_zone="Europe/Berlin",
        intervals=tuple(Interval(start_time=day * 1440 + 540, end_time=day * 1440 + 1020) for day in range(1, 6)),
        holidays=(Holiday(name="Xmas", start_date=date(2026, 12, 25), end_date=date(2026, 12, 26), yearly=True),),
        special_hours=(SpecialHours(date=date(2026, 12, 24), intervals=((540, 720),)),),
    )
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def rows(explanation) -> list[tuple[str, str | None, str, str]]:
    return [
        (row["kind"], row["name"], row["start"][5:16], row["end"][5:16])
        for row in explanation_to_json(explanation, ZoneInfo("Europe/Berlin"))["segments"]
    ]


def test_every_stretch_behind_a_deadline_is_told_with_its_reason():
    assert rows(explain(CHRISTMAS, at("2026-12-23 16:00"), at("2026-12-28 10:00"))) == [
        ("counted", None, "12-23T16:00", "12-23T17:00"),
        ("closed", None, "12-23T17:00", "12-24T00:00"),
        ("special_hours", None, "12-24T00:00", "12-24T09:00"),
        ("counted", "special hours", "12-24T09:00", "12-24T12:00"),
        ("special_hours", None, "12-24T12:00", "12-25T00:00"),
        ("holiday", "Xmas", "12-25T00:00", "12-27T00:00"),
        ("closed", None, "12-27T00:00", "12-28T09:00"),
        ("counted", None, "12-28T09:00", "12-28T10:00"),
    ]


def test_a_pause_is_told_only_where_it_cost_open_time():
    pending = [(at("2026-01-05 16:00"), at("2026-01-06 10:00"))]
    assert rows(explain(CHRISTMAS, at("2026-01-05 15:00"), at("2026-01-06 11:00"), pending)) == [
        ("counted", None, "01-05T15:00", "01-05T16:00"),
        ("paused", None, "01-05T16:00", "01-05T17:00"),
        ("closed", None, "01-05T17:00", "01-06T09:00"),
        ("paused", None, "01-06T09:00", "01-06T10:00"),
        ("counted", None, "01-06T10:00", "01-06T11:00"),
    ]


def test_a_pause_without_end_lasts_to_the_end():
    explanation = explain(CALENDAR, at("2026-01-05 15:00"), at("2026-01-05 18:00"), [(at("2026-01-05 16:00"), None)])
    assert explanation.total(Kind.COUNTED) == timedelta(hours=1)
    assert explanation.total(Kind.PAUSED) == timedelta(hours=2)


def test_the_calendar_counts_everything():
    assert rows(explain(CALENDAR, at("2026-12-23 16:00"), at("2026-12-28 10:00"))) == [
        ("counted", None, "12-23T16:00", "12-28T10:00")
    ]


def around_midnight(zone: str, day: date) -> BusinessTime:
    off = Holiday(name="Off", start_date=day, end_date=day + timedelta(days=1))
    night = (Interval(start_time=720, end_time=721),)
    return BusinessTime(Schedule(name="night", time_zone=zone, intervals=night, holidays=(off,)))


def test_a_midnight_inside_a_gap_begins_the_holiday_where_the_gap_has_moved_it():
    """Toronto's clocks went from 23:30 to 00:30 on 30 March 1919, so that its midnight is read as 01:00."""
    toronto = around_midnight("America/Toronto", date(1919, 3, 31))
    start, end = datetime(1919, 3, 31, 4, 40, tzinfo=UTC), datetime(1919, 3, 31, 5, 10, tzinfo=UTC)
    found = [(segment.kind, segment.start.minute) for segment in explain(toronto, start, end).segments]
    assert found == [("closed", 40), ("holiday", 0)]


def test_a_midnight_inside_a_fold_begins_the_holiday_at_its_first_reading():
    """St. John's clocks went from 00:01 back to 23:01: the rest of that night shows the date before."""
    st_johns = around_midnight("America/St_Johns", date(2006, 10, 29))
    start, end = datetime(2006, 10, 29, 2, 20, tzinfo=UTC), datetime(2006, 10, 29, 3, 0, tzinfo=UTC)
    found = [(segment.kind, segment.start.minute) for segment in explain(st_johns, start, end).segments]
    assert found == [("closed", 20), ("holiday", 30)]


def test_nothing_has_nothing_to_explain():
    instant = at("2026-01-05 15:00")
    assert explain(CHRISTMAS, instant, instant).segments == ()
    assert explain(CALENDAR, instant, instant).total(Kind.COUNTED) == timedelta()


def test_an_instant_without_zone_is_refused():
    naive = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - the point of the test
    with pytest.raises(SlaError, match="has no time zone"):
        explain(CHRISTMAS, naive, at("2026-01-05 10:00"))


def test_the_json_has_sums_in_seconds_and_instants_in_utc():
    start = at("2026-01-05 16:30") + timedelta(microseconds=250_000)
    document = explanation_to_json(explain(CHRISTMAS, start, at("2026-01-06 09:30")))
    assert document == {
        "start": "2026-01-05T15:30:00.250000Z",
        "end": "2026-01-06T08:30:00Z",
        "segments": [
            {
                "kind": "counted",
                "name": None,
                "start": "2026-01-05T15:30:00.250000Z",
                "end": "2026-01-05T16:00:00Z",
                "seconds": 1799.75,
            },
            {
                "kind": "closed",
                "name": None,
                "start": "2026-01-05T16:00:00Z",
                "end": "2026-01-06T08:00:00Z",
                "seconds": 57600,
            },
            {
                "kind": "counted",
                "name": None,
                "start": "2026-01-06T08:00:00Z",
                "end": "2026-01-06T08:30:00Z",
                "seconds": 1800,
            },
        ],
        "sums": {"counted": 3599.75, "closed": 57600, "holiday": 0, "special_hours": 0, "paused": 0},
        "wall_clock_seconds": 61199.75,
    }
    assert json.loads(json.dumps(document)) == document


@pytest.mark.parametrize("seed", range(40))
def test_the_parts_add_up_to_elapsed_and_to_wall_clock_time_in_any_zone(seed):
    random = Random(seed)
    schedule, start, end = random_case(random)
    edges = sorted(start + (end - start) * random.random() for _ in range(4))
    pauses = [(edges[0], edges[1]), (edges[2], edges[3])]
    hours = BusinessTime(schedule)
    explanation = explain(hours, start, end, pauses)
    assert explanation.total(Kind.COUNTED) == hours.elapsed_excluding(start, end, pauses)
    assert explanation.total(Kind.COUNTED) + explanation.total(Kind.PAUSED) == hours.elapsed(start, end)
    assert sum((explanation.total(kind) for kind in Kind), timedelta()) == end - start
    edges = [edge for segment in explanation.segments for edge in (segment.start, segment.end)]
    assert edges == sorted(edges)
    assert (edges[0], edges[-1]) == (start, end)
