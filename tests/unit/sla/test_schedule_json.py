from datetime import date

import pytest

from sla.errors import SlaError
from sla.schedule import Holiday, Interval, Schedule, SpecialHours
from sla.schedule_json import schedule_from_json, schedule_to_json

EU = {
    "name": "eu",
    "time_zone": "Europe/Berlin",
    "intervals": [{"start_time": 1980, "end_time": 2460}],
    "holidays": [{"name": "Xmas", "start_date": "2026-12-25", "end_date": "2026-12-26", "yearly": True}],
    "special_hours": [
        {"date": "2026-12-24", "intervals": [{"start": "09:00", "end": "12:00"}, {"start": "23:30", "end": "24:00"}]},
        {"date": "2026-12-27", "intervals": []},
    ],
}


def problems_of(value, *path) -> tuple[str, ...]:
    with pytest.raises(SlaError) as caught:
        schedule_from_json(value, *path)
    return caught.value.problems


def test_a_schedule_is_read_with_its_holidays_and_special_hours():
    assert schedule_from_json(EU) == Schedule(
        name="eu",
        time_zone="Europe/Berlin",
        intervals=(Interval(start_time=1980, end_time=2460),),
        holidays=(Holiday(name="Xmas", start_date=date(2026, 12, 25), end_date=date(2026, 12, 26), yearly=True),),
        special_hours=(
            SpecialHours(date=date(2026, 12, 24), intervals=((540, 720), (1410, 1440))),
            SpecialHours(date=date(2026, 12, 27), intervals=()),
        ),
    )


def test_a_schedule_is_written_as_it_was_read():
    assert schedule_to_json(schedule_from_json(EU)) == EU


def test_holidays_and_special_hours_may_be_missing():
    least = {"name": "s", "time_zone": "UTC", "intervals": [{"start_time": 0, "end_time": 60}]}
    assert schedule_to_json(schedule_from_json(least)) == {**least, "holidays": [], "special_hours": []}


def test_every_problem_is_told_at_once_and_with_its_place():
    value = {
        "nam": "x",
        "time_zone": 5,
        "intervals": [{"start_time": 5, "end_time": 2}, {"start_time": True, "end_time": "60"}, "Monday"],
        "holidays": [{"name": "Off", "start_date": "20261224", "end_date": "2026-02-30", "yearly": "no"}],
        "special_hours": [{"date": "2026-12-24", "intervals": [{"start": "24:01", "end": "9:00", "colour": "red"}]}],
    }
    assert problems_of(value, "schedules[2]") == (
        "schedules[2]: The key 'nam' is unknown; did you mean 'name'?",
        "schedules[2]: The key 'name' is missing.",
        "schedules[2].time_zone: This has to be text, not 5.",
        "schedules[2].intervals[0]: The end 2 has to come after the start 5.",
        "schedules[2].intervals[1].start_time: This has to be a whole number, not True.",
        "schedules[2].intervals[1].end_time: This has to be a whole number, not '60'.",
        "schedules[2].intervals[2]: This has to be an object, not 'Monday'.",
        "schedules[2].holidays[0].start_date: '20261224' is not a date; it looks like 2026-12-24.",
        "schedules[2].holidays[0].end_date: '2026-02-30' is not a date; it looks like 2026-12-24.",
        "schedules[2].holidays[0].yearly: This has to be true or false, not 'no'.",
        "schedules[2].special_hours[0].intervals[0]: The key 'colour' is unknown; the keys are start, end.",
        "schedules[2].special_hours[0].intervals[0].start: '24:01' is not a time of day between 00:00 and 24:00.",
        "schedules[2].special_hours[0].intervals[0].end: '9:00' is not a time of day between 00:00 and 24:00.",
    )


def test_a_schedule_that_is_never_open_names_its_place():
    value = {"name": "s", "time_zone": "Berlin/Europe", "intervals": []}
    assert problems_of(value, "schedules[0]")[1] == "schedules[0]: A schedule needs some open time."


@pytest.mark.parametrize("value", [None, [], "eu", 7])
def test_what_is_not_an_object_is_no_schedule(value):
    assert problems_of(value) == (f"schedules[0]: This has to be an object, not {value!r}.",)
