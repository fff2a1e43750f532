from datetime import date

import pytest

from sla.errors import SlaError
from sla.schedule import Holiday, Interval, Schedule, SpecialHours

MONDAY = (Interval(start_time=1980, end_time=2460),)


def problems_of(make, **fields) -> tuple[str, ...]:
    with pytest.raises(SlaError) as caught:
        make(**fields)
    return caught.value.problems


def holiday(start: str, end: str, *, yearly: bool = False) -> Holiday:
    return Holiday(name="Off", start_date=date.fromisoformat(start), end_date=date.fromisoformat(end), yearly=yearly)


@pytest.mark.parametrize(
    ("start", "end", "problems"),
    [
        (-1, 60, ("-1 is not a minute between 0 and 10080.",)),
        (0, 10081, ("10081 is not a minute between 0 and 10080.",)),
        (60, 60, ("The end 60 has to come after the start 60.",)),
        (
            20000,
            -5,
            (
                "20000 is not a minute between 0 and 10080.",
                "-5 is not a minute between 0 and 10080.",
                "The end -5 has to come after the start 20000.",
            ),
        ),
    ],
)
def test_an_interval_lies_within_a_week(start, end, problems):
    assert problems_of(Interval, start_time=start, end_time=end) == problems


def test_a_holiday_needs_a_name_and_ends_after_it_starts():
    fields = {"name": " ", "start_date": date(2026, 1, 2), "end_date": date(2026, 1, 1)}
    assert problems_of(Holiday, **fields) == (
        "A holiday needs a name.",
        "The end date 2026-01-01 comes before the start date 2026-01-02.",
    )


def test_a_yearly_holiday_is_shorter_than_a_year():
    fields = {"name": "Off", "start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "yearly": True}
    assert problems_of(Holiday, **fields) == ("A yearly holiday has to be shorter than a year.",)


def test_special_hours_lie_within_their_day():
    assert problems_of(SpecialHours, date=date(2026, 1, 1), intervals=((0, 1441), (60, 0))) == (
        "1441 is not a minute between 0 and 1440.",
        "The end 0 has to come after the start 60.",
    )


def test_all_problems_of_a_schedule_come_at_once():
    twice = SpecialHours(date=date(2026, 1, 5), intervals=())
    fields = {"name": "", "time_zone": "Europe/Berln", "intervals": (), "special_hours": (twice, twice)}
    assert problems_of(Schedule, **fields) == (
        "A schedule needs a name.",
        "'Europe/Berln' is not an IANA time zone; did you mean Europe/Berlin?",
        "2026-01-05 has special hours more than once.",
        "A schedule needs some open time.",
    )


@pytest.mark.parametrize("zone", ["", "Europe", "../Europe/Berlin", "/etc/localtime", "CEST+", "Mars/Olympus\0"])
def test_what_is_not_a_zone_is_refused(zone):
    assert "is not an IANA time zone; " in problems_of(Schedule, name="s", time_zone=zone, intervals=MONDAY)[0]


def test_a_schedule_closed_by_yearly_holidays_all_year_has_no_open_time():
    halves = (holiday("2026-01-01", "2026-06-30", yearly=True), holiday("2026-07-01", "2026-12-31", yearly=True))
    problem = ("A schedule needs some open time.",)
    assert problems_of(Schedule, name="s", time_zone="UTC", intervals=MONDAY, holidays=halves) == problem


def test_a_schedule_closed_but_for_29_february_has_some_open_time():
    rest = (holiday("2027-01-01", "2027-02-28", yearly=True), holiday("2027-03-01", "2027-12-31", yearly=True))
    assert Schedule(name="s", time_zone="UTC", intervals=MONDAY, holidays=rest).holiday_on(date(2028, 2, 29)) is None


def test_special_hours_alone_are_open_time_enough():
    once = SpecialHours(date=date(2026, 1, 5), intervals=((540, 600),))
    schedule = Schedule(name="fair", time_zone="UTC", intervals=(), special_hours=(once,))
    assert schedule.special_hours_on(date(2026, 1, 5)) == once
    assert schedule.special_hours_on(date(2026, 1, 6)) is None


def test_a_holiday_covers_its_first_and_last_date():
    days = holiday("2026-12-24", "2026-12-26")
    assert [day for day in range(22, 29) if days.covers(date(2026, 12, day))] == [24, 25, 26]
    assert not days.covers(date(2027, 12, 25))
    assert [day.day for day in days.dates_in(2026)] == [24, 25, 26]
    assert list(days.dates_in(2025)) == list(days.dates_in(2027)) == []


def test_a_yearly_holiday_covers_the_same_dates_in_other_years():
    days = holiday("2026-12-24", "2027-01-01", yearly=True)
    assert days.covers(date(1999, 12, 24))
    assert days.covers(date(2050, 1, 1))
    assert not days.covers(date(2026, 1, 2))
    assert not days.covers(date(2026, 12, 23))
    assert len(list(days.dates_in(2031))) == 9


def test_29_february_is_missing_from_a_yearly_holiday_in_other_years():
    assert list(holiday("2024-02-29", "2024-02-29", yearly=True).dates_in(2025)) == []
    assert [day.day for day in holiday("2024-02-28", "2024-02-29", yearly=True).dates_in(2025)] == [28]
    assert [day.day for day in holiday("2024-02-29", "2024-03-02", yearly=True).dates_in(2025)] == [1, 2]
    assert [day.day for day in holiday("2025-02-28", "2025-03-01", yearly=True).dates_in(2028)] == [28, 29, 1]


def test_the_first_holiday_that_covers_a_date_names_it():
    closed = (
        holiday("2026-01-01", "2026-01-01"),
        Holiday(name="Epiphany", **dict.fromkeys(("start_date", "end_date"), date(2026, 1, 6))),
    )
    schedule = Schedule(name="s", time_zone="UTC", intervals=MONDAY, holidays=closed)
    assert schedule.holiday_on(date(2026, 1, 6)) == closed[1]
    assert schedule.holiday_on(date(2026, 1, 7)) is None
