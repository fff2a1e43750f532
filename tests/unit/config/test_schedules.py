import pytest


@pytest.fixture
def schedule(load):
    """The one schedule of a file, in the form that the engine reads."""

    def read(body):
        (only,) = load(f"schedules:\n  eu: {{time_zone: Europe/Berlin, {body}}}").rules_json()["schedules"]
        return only

    return read


@pytest.fixture
def intervals(schedule):
    return lambda hours: [tuple(row.values()) for row in schedule(f"hours: {hours}")["intervals"]]


def test_hours_are_written_by_day_and_counted_from_sunday_midnight(intervals):
    assert intervals('{mon: "09:00-12:00, 13:00-17:30"}') == [(1980, 2160), (2220, 2490)]


def test_a_range_of_days_has_the_same_hours_each_day(intervals):
    assert intervals('{mon-wed: "09:00-10:00"}') == [(1980, 2040), (3420, 3480), (4860, 4920)]


def test_days_may_be_listed_named_in_full_and_run_over_the_end_of_the_week(intervals):
    assert intervals('{"sat,sun": "10:00-11:00"}') == [(600, 660), (9240, 9300)]
    assert intervals('{Monday: "10:00-11:00"}') == [(2040, 2100)]
    assert intervals('{sat-mon: "00:00-01:00"}') == [(0, 60), (1440, 1500), (8640, 8700)]


def test_hours_need_no_quotes(intervals):
    assert intervals("{mon: 09:00-12:00, tue: 9:00 - 12:00}") == [(1980, 2160), (3420, 3600)]


def test_24x7_is_the_whole_week(intervals):
    assert intervals("24x7") == [(0, 10080)]


def test_a_whole_day_ends_at_24(intervals):
    assert intervals('{wed: "00:00-24:00"}') == [(4320, 5760)]


def test_a_night_belongs_to_the_day_on_which_it_starts(intervals):
    assert intervals('{fri: "22:00-06:00"}') == [(8520, 9000)]


def test_a_night_from_saturday_to_sunday_is_split_at_the_end_of_the_week(intervals):
    assert intervals('{sat: "22:00-06:00"}') == [(0, 360), (9960, 10080)]


def test_a_closed_day_has_no_hours(intervals):
    assert intervals('{mon: closed, tue: "09:00-10:00"}') == [(3420, 3480)]


def test_holidays_of_a_country_are_copied_in_for_this_year_and_the_next_five(schedule):
    holidays = schedule("hours: 24x7, holidays: {country: DE, subdivision: BE}")["holidays"]

    assert len(holidays) == 61
    assert holidays[0] == {
        "name": "New Year's Day",
        "start_date": "2026-01-01",
        "end_date": "2026-01-01",
        "yearly": False,
    }
    assert holidays[1]["name"] == "Women's Day"
    assert holidays[-1]["start_date"] == "2031-12-26"


def test_a_holiday_is_switched_off_by_its_english_name_or_its_own(schedule):
    body = "hours: 24x7, holidays: {country: DE, subdivision: BE, except: [Women's Day, Karfreitag]}"

    names = {holiday["name"] for holiday in schedule(body)["holidays"]}

    assert "Women's Day" not in names
    assert "Good Friday" not in names
    assert "Easter Monday" in names


def test_holidays_of_ones_own_stand_beside_those_of_the_country(schedule):
    body = (
        "hours: 24x7, holidays: {country: US, also: ["
        "{name: Summer party, date: 2026-07-10}, "
        "{name: Between the years, start_date: 2026-12-27, end_date: 2026-12-31, yearly: true}]}"
    )

    assert schedule(body)["holidays"][-2:] == [
        {"name": "Summer party", "start_date": "2026-07-10", "end_date": "2026-07-10", "yearly": False},
        {"name": "Between the years", "start_date": "2026-12-27", "end_date": "2026-12-31", "yearly": True},
    ]


def test_holidays_may_be_a_plain_list_also_of_several_countries(schedule):
    body = "hours: 24x7, holidays: [{country: FR}, {name: Foundation day, date: 2026-05-04}, {country: US}]"

    names = [holiday["name"] for holiday in schedule(body)["holidays"]]

    assert names.index("Foundation day") > 0
    assert "Armistice Day" in names
    assert "Thanksgiving Day" in names


def test_special_hours_are_a_half_day_or_a_closed_one(schedule):
    body = "hours: 24x7, special_hours: {2026-12-24: '09:00-12:00', 2026-12-31: closed}"

    assert schedule(body)["special_hours"] == [
        {"date": "2026-12-24", "intervals": [{"start": "09:00", "end": "12:00"}]},
        {"date": "2026-12-31", "intervals": []},
    ]


def test_a_schedule_may_be_written_in_the_canonical_form(load):
    text = """
schedules:
  - name: eu
    time_zone: Europe/Berlin
    intervals: [{start_time: 1980, end_time: 2460}]
    holidays: [{name: Xmas, start_date: 2026-12-25, end_date: 2026-12-26, yearly: true}]
    special_hours: [{date: 2026-12-24, intervals: [{start: 09:00, end: 12:00}]}]
"""
    assert load(text).rules_json()["schedules"] == [
        {
            "name": "eu",
            "time_zone": "Europe/Berlin",
            "intervals": [{"start_time": 1980, "end_time": 2460}],
            "holidays": [{"name": "Xmas", "start_date": "2026-12-25", "end_date": "2026-12-26", "yearly": True}],
            "special_hours": [{"date": "2026-12-24", "intervals": [{"start": "09:00", "end": "12:00"}]}],
        }
    ]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{time_zone: UTC}", ': needs hours, such as {mon-fri: "09:00-17:00"} or 24x7'),
        ("{hours: 24x7}", ": time_zone is missing"),
        ("{time_zone: Europe/Berln, hours: 24x7}", ".time_zone: is not an IANA time zone; did you mean Europe/Berlin?"),
        (
            "{time_zone: UTC, hours: {mon: 09:00}}",
            ".hours.mon: '09:00' is not a range of hours; write hours such as \"09:00-12:00, 13:00-17:30\", or closed",
        ),
        (
            "{time_zone: UTC, hours: {mon: 09:00-25:00}}",
            ".hours.mon: '09:00-25:00' is not a range of hours; write hours such as \"09:00-12:00, 13:00-17:30\"",
        ),
        ("{time_zone: UTC, hours: {mon: 09:00-09:00}}", ".hours.mon: '09:00-09:00' ends before it starts"),
        ("{time_zone: UTC, hours: {moon: 09:00-10:00}}", ".hours.moon: is not a day; write mon, mon-fri or sat,sun"),
        (
            "{time_zone: UTC, hours: {mon-fri: 09:00-10:00, tue: 11:00-12:00}}",
            ".hours.tue: tue is already part of mon-fri",
        ),
        ("{time_zone: UTC, hours: [mon]}", ".hours: must be a mapping of keys to values"),
        ("{time_zone: UTC, hours: {mon: closed}}", ": A schedule needs some open time"),
        (
            "{time_zone: UTC, hours: 24x7, holidays: {country: Germany}}",
            ".holidays: Germany is not a country whose holidays are known",
        ),
        ("{time_zone: UTC, hours: 24x7, holidays: {subdivision: BE}}", ".holidays: country is missing"),
        (
            "{time_zone: UTC, hours: 24x7, holidays: {country: GB, subdivision: XX}}",
            ".holidays: XX is not a subdivision of GB; known are ENG, NIR, SCT, WLS",
        ),
        (
            "{time_zone: UTC, hours: 24x7, holidays: {country: US, except: [Thanksgivin Day]}}",
            ".holidays.except: Thanksgivin Day is not a holiday there; did you mean Thanksgiving Day?",
        ),
        (
            "{time_zone: UTC, hours: 24x7, holidays: [{name: Party}]}",
            ".holidays[0]: needs either a date, or a start_date and an end_date",
        ),
        (
            "{time_zone: UTC, hours: 24x7, holidays: [{name: P, start_date: 2026-02-02, end_date: 2026-02-01}]}",
            ".holidays[0]: the end_date 2026-02-01 comes before the start_date 2026-02-02",
        ),
        (
            "{time_zone: UTC, hours: 24x7, holidays: [{name: P, date: 2026-02-30}]}",
            ".holidays[0].date: must be a date such as 2026-12-24",
        ),
        (
            "{time_zone: UTC, hours: 24x7, special_hours: {christmas: closed}}",
            ".special_hours.christmas: must be a date such as 2026-12-24",
        ),
        (
            "{time_zone: UTC, hours: 24x7, special_hours: {2026-12-24: '22:00-02:00'}}",
            ".special_hours.2026-12-24: '22:00-02:00' ends before it starts",
        ),
        (
            "{time_zone: UTC, hours: 24x7, special_hours: [{date: 2026-12-24, intervals: [{start: 9, end: 12:00}]}]}",
            ".special_hours[0].intervals[0].start: '9' is not a time of day between 00:00 and 24:00",
        ),
        (
            "{time_zone: UTC, intervals: [{start_time: 9, end_time: 8}]}",
            ".intervals[0]: The end 8 has to come after the start 9",
        ),
        (
            "{time_zone: UTC, intervals: [{start_time: 09:00, end_time: 20}]}",
            ".intervals[0].start_time: must be a whole number",
        ),
        ("5", ": must be a mapping of keys to values"),
    ],
)
def test_a_schedule_that_makes_no_sense_says_why(problems, body, sentence):
    assert f"1: schedules.x{sentence}" in problems(f"schedules: {{x: {body}}}")


def test_two_schedules_in_the_canonical_form_need_two_names(problems):
    same = "{name: a, time_zone: UTC, intervals: [{start_time: 0, end_time: 60}]}"

    assert problems(f"schedules: [{same}, {same}]") == ["1: schedules: two schedules are named a"]


def test_a_file_of_schedules_without_end_is_refused(problems):
    many = "\n".join(f"  s{number}: {{time_zone: UTC, hours: 24x7}}" for number in range(201))

    assert "2: schedules: there are more than 200 schedules" in problems(f"schedules:\n{many}")
