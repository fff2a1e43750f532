from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from sla.business_time import CALENDAR, BusinessTime, Hours, NoOpenTime
from sla.errors import SlaError
from sla.schedule import Holiday, Interval, Schedule, SpecialHours

HOUR = timedelta(hours=1)
MONDAY, FRIDAY, SATURDAY = 1440, 5 * 1440, 6 * 1440
NINE_TO_FIVE = tuple(Interval(start_time=day * 1440 + 540, end_time=day * 1440 + 1020) for day in range(1, 6))
ROUND_THE_CLOCK = (Interval(start_time=0, end_time=10080),)


def hours(zone: str = "UTC", intervals: tuple[Interval, ...] = NINE_TO_FIVE, **rest) -> BusinessTime:
    return BusinessTime(Schedule(name="support", time_zone=zone, intervals=intervals, **rest))


def weekly(start: int, end: int) -> tuple[Interval, ...]:
    return (Interval(start_time=start, end_time=end),)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def open_between(business_time: Hours, start: str, end: str) -> list[tuple[str, str]]:
    return [(f"{a:%d %H:%M}", f"{b:%d %H:%M}") for a, b in business_time.spans(at(start), at(end))]


def test_only_open_hours_count():
    assert hours().elapsed(at("2026-01-05 16:00"), at("2026-01-06 10:00")) == 2 * HOUR


def test_time_counts_backwards_as_negative():
    assert hours().elapsed(at("2026-01-06 10:00"), at("2026-01-05 16:00")) == -2 * HOUR


def test_a_duration_goes_on_at_the_next_opening():
    assert hours().after(at("2026-01-05 16:00"), 2 * HOUR) == at("2026-01-06 10:00")


def test_a_duration_that_starts_while_closed_waits_for_the_opening():
    assert hours().after(at("2026-01-03 12:00"), HOUR) == at("2026-01-05 10:00")


def test_a_duration_used_up_exactly_at_closing_time_ends_at_closing_time():
    assert hours().after(at("2026-01-02 15:00"), 2 * HOUR) == at("2026-01-02 17:00")


def test_nothing_to_count_ends_at_once_even_while_closed():
    assert hours().after(at("2026-01-03 12:00"), timedelta()) == at("2026-01-03 12:00")


def test_a_microsecond_is_not_lost():
    start = at("2026-01-02 16:59:59.999999")
    assert hours().elapsed(start, at("2026-01-05 09:00")) == timedelta(microseconds=1)
    assert hours().after(start, timedelta(microseconds=2)) == at("2026-01-05 09:00:00.000001")


def test_spans_are_cut_at_both_ends():
    assert open_between(hours(), "2026-01-05 16:00", "2026-01-07 10:00") == [
        ("05 16:00", "05 17:00"),
        ("06 09:00", "06 17:00"),
        ("07 09:00", "07 10:00"),
    ]


def test_no_span_lies_in_an_empty_or_backward_stretch():
    assert hours().spans(at("2026-01-05 12:00"), at("2026-01-05 12:00")) == []
    assert hours().spans(at("2026-01-06 12:00"), at("2026-01-05 12:00")) == []


def test_instants_of_any_offset_are_understood_and_answered_in_utc():
    tokyo = timezone(9 * HOUR)
    start = datetime(2026, 1, 6, 1, 0, tzinfo=tokyo)
    due = hours().after(start, HOUR)
    assert due == at("2026-01-05 17:00")
    assert due.tzinfo is UTC
    assert hours().elapsed(start, at("2026-01-05 16:30")) == timedelta(minutes=30)


def test_overlapping_intervals_count_once():
    both = (Interval(start_time=540, end_time=720), Interval(start_time=660, end_time=780))
    assert hours(intervals=both).elapsed(at("2026-01-04"), at("2026-01-05")) == 4 * HOUR


def test_saturday_night_runs_on_into_sunday_in_one_span():
    night = (*weekly(SATURDAY + 1320, 10080), *weekly(0, 360))
    assert (
        open_between(hours(intervals=night), "2026-01-03", "2026-01-05")
        == [
            ("03 00:00", "03 00:00"),
            ("03 22:00", "04 06:00"),
        ][1:]
    )


def test_a_team_round_the_clock_has_one_span_over_new_year():
    start, end = at("2025-06-01"), at("2027-06-01")
    assert hours("Asia/Tokyo", ROUND_THE_CLOCK).spans(start, end) == [(start, end)]


def test_a_year_asked_for_later_agrees_with_one_asked_for_first():
    forth, back = hours("America/New_York"), hours("America/New_York")
    for year in (2024, 2025, 2026):
        forth.elapsed(at(f"{year}-03-01"), at(f"{year}-03-02"))
    for year in (2026, 2024):
        back.elapsed(at(f"{year}-03-01"), at(f"{year}-03-02"))
    start, end = at("2023-11-05 04:00"), at("2027-02-01 15:30")
    assert forth.elapsed(start, end) == back.elapsed(start, end) == timedelta(hours=6761, minutes=30)


def test_threads_that_share_a_schedule_get_the_same_answers():
    stretches = [(at(f"{year}-03-01"), at(f"{year + 1}-02-01")) for year in (2010, 2030, 2001, 2025, 1990, 2015)] * 20
    shared = hours("America/New_York")
    with ThreadPoolExecutor(max_workers=6) as pool:
        answers = list(pool.map(lambda stretch: shared.elapsed(*stretch), stretches))
    assert answers == [hours("America/New_York").elapsed(*stretch) for stretch in stretches[:6]] * 20


class TestHolidays:
    def test_a_holiday_is_closed_from_midnight_to_midnight(self):
        closed = Holiday(name="Epiphany", start_date=date(2026, 1, 6), end_date=date(2026, 1, 6))
        berlin = hours("Europe/Berlin", ROUND_THE_CLOCK, holidays=(closed,))
        assert open_between(berlin, "2026-01-05 12:00", "2026-01-07 12:00") == [
            ("05 12:00", "05 23:00"),
            ("06 23:00", "07 12:00"),
        ]

    def test_a_night_that_reaches_into_a_holiday_ends_at_its_midnight(self):
        closed = Holiday(name="Epiphany", start_date=date(2026, 1, 6), end_date=date(2026, 1, 6))
        night = hours(intervals=weekly(MONDAY + 1320, MONDAY + 1800), holidays=(closed,))
        assert open_between(night, "2026-01-05", "2026-01-07") == [("05 22:00", "06 00:00")]

    def test_a_night_that_begins_on_a_holiday_keeps_its_part_after_it(self):
        closed = Holiday(name="Founders", start_date=date(2026, 1, 5), end_date=date(2026, 1, 5))
        night = hours(intervals=weekly(MONDAY + 1320, MONDAY + 1800), holidays=(closed,))
        assert open_between(night, "2026-01-05", "2026-01-07") == [("06 00:00", "06 06:00")]

    def test_a_yearly_holiday_falls_on_every_year_before_and_after(self):
        xmas = Holiday(name="Xmas", start_date=date(2026, 12, 25), end_date=date(2026, 12, 25), yearly=True)
        for year in (2014, 2026, 2031):
            day = at(f"{year}-12-25")
            assert hours(intervals=ROUND_THE_CLOCK, holidays=(xmas,)).elapsed(day, day + 24 * HOUR) == timedelta()

    def test_a_yearly_holiday_over_new_year_closes_both_sides_of_it(self):
        break_ = Holiday(name="Break", start_date=date(2025, 12, 31), end_date=date(2026, 1, 1), yearly=True)
        assert open_between(
            hours(intervals=ROUND_THE_CLOCK, holidays=(break_,)), "2029-12-30 12:00", "2030-01-02 12:00"
        ) == [("30 12:00", "31 00:00"), ("02 00:00", "02 12:00")]

    def test_a_yearly_29_february_is_closed_in_leap_years_only(self):
        leap = Holiday(name="Leap day", start_date=date(2024, 2, 29), end_date=date(2024, 2, 29), yearly=True)
        always_open = hours(intervals=ROUND_THE_CLOCK, holidays=(leap,))
        assert always_open.elapsed(at("2028-02-28"), at("2028-03-02")) == 48 * HOUR
        assert always_open.elapsed(at("2027-02-28"), at("2027-03-02")) == 48 * HOUR

    def test_a_holiday_that_began_last_year_is_still_closed(self):
        long = Holiday(name="Move", start_date=date(2025, 12, 20), end_date=date(2026, 1, 6))
        assert hours(holidays=(long,)).after(at("2025-12-19 17:00"), HOUR) == at("2026-01-07 10:00")


class TestSpecialHours:
    def test_special_hours_replace_the_week_on_their_date(self):
        half = SpecialHours(date=date(2026, 12, 24), intervals=((540, 720),))
        christmas = hours(special_hours=(half,))
        assert christmas.elapsed(at("2026-12-24"), at("2026-12-25")) == 3 * HOUR

    def test_special_hours_open_a_closed_day(self):
        saturday = SpecialHours(date=date(2026, 1, 3), intervals=((600, 840),))
        assert hours(special_hours=(saturday,)).after(at("2026-01-02 16:30"), HOUR) == at("2026-01-03 10:30")

    def test_special_hours_beat_a_holiday(self):
        closed = Holiday(name="Move", start_date=date(2026, 1, 5), end_date=date(2026, 1, 9))
        wednesday = SpecialHours(date=date(2026, 1, 7), intervals=((600, 660),))
        week = hours(holidays=(closed,), special_hours=(wednesday,))
        assert open_between(week, "2026-01-05", "2026-01-12") == [("07 10:00", "07 11:00")]

    def test_special_hours_without_intervals_close_the_day(self):
        closed = SpecialHours(date=date(2026, 1, 5), intervals=())
        assert hours(special_hours=(closed,)).elapsed(at("2026-01-05"), at("2026-01-06")) == timedelta()

    def test_special_hours_end_the_night_before_at_midnight_and_leave_the_night_after(self):
        nights = (*weekly(MONDAY + 1320, MONDAY + 1800), *weekly(MONDAY + 2760, MONDAY + 3240))
        tuesday = SpecialHours(date=date(2026, 1, 6), intervals=((60, 120),))
        assert open_between(hours(intervals=nights, special_hours=(tuesday,)), "2026-01-05", "2026-01-08") == [
            ("05 22:00", "06 00:00"),
            ("06 01:00", "06 02:00"),
            ("07 00:00", "07 06:00"),
        ]

    def test_special_hours_up_to_midnight_join_what_follows(self):
        sunday = SpecialHours(date=date(2026, 1, 4), intervals=((1200, 1440),))
        monday = hours(intervals=weekly(MONDAY, MONDAY + 60), special_hours=(sunday,))
        assert open_between(monday, "2026-01-04", "2026-01-06") == [("04 20:00", "05 01:00")]


class TestDaylightSaving:
    def test_round_the_clock_has_25_hours_on_a_fall_back_day(self):
        new_york = hours("America/New_York", ROUND_THE_CLOCK)
        assert new_york.after(at("2024-11-03 04:00"), 25 * HOUR) == at("2024-11-04 05:00")

    def test_a_sunday_shift_over_the_fold_has_an_hour_more(self):
        sunday = hours("America/New_York", weekly(0, 1440))
        assert sunday.elapsed(at("2024-11-03"), at("2024-11-05")) == 25 * HOUR

    def test_an_edge_in_a_gap_moves_forward_by_the_gap(self):
        london = hours("Europe/London", weekly(90, 540))
        assert london.after(at("2024-03-31 00:00"), HOUR) == at("2024-03-31 02:30")

    def test_an_interval_inside_a_gap_moves_as_a_whole(self):
        london = hours("Europe/London", weekly(75, 105))
        assert open_between(london, "2024-03-31", "2024-04-01") == [("31 01:15", "31 01:45")]

    def test_an_interval_left_empty_by_a_gap_is_dropped(self):
        london = hours("Europe/London", weekly(90, 135))
        assert london.spans(at("2024-03-31"), at("2024-04-01")) == []
        assert london.elapsed(at("2024-04-07"), at("2024-04-08")) == timedelta(minutes=45)

    def test_an_edge_in_a_fold_takes_the_first_reading(self):
        berlin_closes = hours("Europe/Berlin", weekly(60, 150))
        assert open_between(berlin_closes, "2024-10-26 22:00", "2024-10-27 12:00") == [("26 23:00", "27 00:30")]
        berlin_opens = hours("Europe/Berlin", weekly(150, 240))
        assert open_between(berlin_opens, "2024-10-26 22:00", "2024-10-27 12:00") == [("27 00:30", "27 03:00")]

    def test_a_day_without_midnight_begins_after_the_gap(self):
        sao_paulo = hours("America/Sao_Paulo", weekly(0, 120))
        assert open_between(sao_paulo, "2018-11-04", "2018-11-05") == [("04 03:00", "04 04:00")]
        election = Holiday(name="Closed", start_date=date(2018, 11, 4), end_date=date(2018, 11, 4))
        closed = hours("America/Sao_Paulo", ROUND_THE_CLOCK, holidays=(election,))
        assert open_between(closed, "2018-11-04", "2018-11-06") == [
            ("04 00:00", "04 03:00"),
            ("05 02:00", "06 00:00"),
        ]

    def test_special_hours_do_not_run_over_a_gap_before_midnight(self):
        evening = SpecialHours(date=date(2024, 3, 30), intervals=((1320, 1410),))
        nuuk = hours("America/Nuuk", special_hours=(evening,))
        assert open_between(nuuk, "2024-03-30 12:00", "2024-03-31 12:00") == [("31 00:00", "31 01:00")]

    def test_the_hours_of_a_date_that_a_zone_skipped_move_to_the_next(self):
        """Samoa went from Thursday 29 to Saturday 31 December 2011: a gap of 24 hours like any other gap."""
        apia = hours("Pacific/Apia", weekly(FRIDAY + 540, FRIDAY + 1020))
        assert open_between(apia, "2011-12-25", "2012-01-07") == [("30 19:00", "31 03:00"), ("05 19:00", "06 03:00")]

    def test_the_hours_of_a_skipped_new_years_eve_move_into_the_new_year(self):
        kiritimati = hours("Pacific/Kiritimati", weekly(SATURDAY + 540, SATURDAY + 1020))
        assert open_between(kiritimati, "1994-12-30", "1995-01-05") == [("31 19:00", "01 03:00")]

    def test_a_holiday_on_a_date_that_a_zone_skipped_closes_nothing(self):
        skipped = Holiday(name="Skipped", start_date=date(2011, 12, 30), end_date=date(2011, 12, 30))
        apia = hours("Pacific/Apia", ROUND_THE_CLOCK, holidays=(skipped,))
        start, end = at("2011-12-29"), at("2012-01-02")
        assert apia.spans(start, end) == [(start, end)]

    def test_offsets_with_seconds_are_exact(self):
        monrovia = hours("Africa/Monrovia", weekly(MONDAY + 540, MONDAY + 600))
        assert monrovia.spans(at("1971-06-07"), at("1971-06-08")) == [
            (at("1971-06-07 09:44:30"), at("1971-06-07 10:44:30"))
        ]

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
    def test_new_year_is_found_far_from_greenwich(self, zone):
        start, end = at("2025-12-30"), at("2026-01-03")
        for instant in (start, end, at("2025-12-31 23:59:59"), at("2026-01-01 00:00")):
            fresh = hours(zone, ROUND_THE_CLOCK)
            assert fresh.elapsed(instant, instant + HOUR) == HOUR
            assert hours(zone, ROUND_THE_CLOCK).elapsed(instant - HOUR, instant) == HOUR
            assert fresh.elapsed(start, end) == 96 * HOUR

    def test_the_last_afternoon_of_a_year_counts_where_the_year_ends_late(self):
        pago_pago = hours("Pacific/Pago_Pago")
        assert pago_pago.elapsed(at("2026-01-01 00:00"), at("2026-01-01 06:00")) == 4 * HOUR

    def test_the_first_morning_of_a_year_counts_where_the_year_begins_early(self):
        auckland = hours("Pacific/Auckland")
        assert auckland.elapsed(at("2024-12-31 18:00"), at("2024-12-31 23:00")) == 3 * HOUR


class TestNoOpenTime:
    def test_hours_that_never_come_again_are_a_problem_and_not_a_loop(self):
        once = hours(intervals=(), special_hours=(SpecialHours(date=date(2026, 1, 5), intervals=((540, 600),)),))
        assert once.after(at("2026-01-01"), HOUR) == at("2026-01-05 10:00")
        with pytest.raises(NoOpenTime, match="'support' has 366 days without open time after 2026-01-01"):
            once.after(at("2026-01-01"), 2 * HOUR)

    def test_366_closed_days_are_a_problem_though_it_opens_again(self):
        closed = Holiday(name="Move", start_date=date(2026, 1, 10), end_date=date(2027, 1, 10))
        moved = hours(intervals=ROUND_THE_CLOCK, holidays=(closed,))
        for _ in ("unknown", "known already"):
            with pytest.raises(NoOpenTime):
                moved.after(at("2026-01-09 23:00"), 2 * HOUR)
            moved.elapsed(at("2026-01-01"), at("2028-01-01"))

    def test_a_closed_stretch_counts_from_the_instant_asked_about(self):
        closed = Holiday(name="Move", start_date=date(2026, 1, 10), end_date=date(2027, 1, 10))
        moved = hours(intervals=ROUND_THE_CLOCK, holidays=(closed,))
        assert moved.after(at("2026-01-10 00:01"), HOUR) == at("2027-01-11 01:00")

    def test_365_closed_days_are_only_long(self):
        closed = Holiday(name="Move", start_date=date(2026, 1, 10), end_date=date(2027, 1, 9))
        moved = hours(intervals=ROUND_THE_CLOCK, holidays=(closed,))
        assert moved.after(at("2026-01-09 23:00"), 2 * HOUR) == at("2027-01-10 01:00")

    def test_elapsed_time_over_a_closed_stretch_is_nothing(self):
        once = hours(intervals=(), special_hours=(SpecialHours(date=date(2026, 1, 5), intervals=((540, 600),)),))
        assert once.elapsed(at("2026-02-01"), at("2031-02-01")) == timedelta()


class TestBadInput:
    @pytest.mark.parametrize("counting", [hours(), CALENDAR], ids=["schedule", "calendar"])
    def test_an_instant_without_zone_is_refused(self, counting):
        naive, aware = datetime(2026, 1, 5, 9), at("2026-01-05 10:00")  # noqa: DTZ001 - the point of the test
        for call in (
            lambda: counting.elapsed(naive, aware),
            lambda: counting.elapsed(naive, naive),
            lambda: counting.after(naive, HOUR),
            lambda: counting.spans(aware, naive),
        ):
            with pytest.raises(SlaError, match="has no time zone"):
                call()

    @pytest.mark.parametrize("counting", [hours(), CALENDAR], ids=["schedule", "calendar"])
    def test_a_negative_duration_is_refused(self, counting):
        with pytest.raises(SlaError, match="cannot be negative"):
            counting.after(at("2026-01-05 09:00"), -HOUR)

    def test_a_slip_in_the_year_does_not_compile_thousands_of_them(self):
        for year in ("0026", "9999"):
            with pytest.raises(SlaError, match="in the years 1900 to 2200 only"):
                hours().elapsed(at("2026-01-05"), at(f"{year}-01-05"))


class TestCalendar:
    def test_the_calendar_counts_every_hour(self):
        assert CALENDAR.elapsed(at("2026-01-02 16:00"), at("2026-01-05 10:00")) == 66 * HOUR
        assert CALENDAR.after(at("2026-01-02 16:00"), 66 * HOUR) == at("2026-01-05 10:00")

    def test_the_calendar_is_one_span(self):
        start, end = at("2026-01-02"), at("2026-01-05")
        assert CALENDAR.spans(start, end) == [(start, end)]
        assert CALENDAR.spans(end, start) == []

    def test_a_duration_past_the_end_of_the_calendar_is_refused(self):
        with pytest.raises(SlaError, match="ends before the 9999999 days from 2026-01-05"):
            CALENDAR.after(at("2026-01-05"), timedelta(days=9_999_999))


class TestPauses:
    def test_a_pause_is_measured_in_open_hours(self):
        night = [(at("2026-01-05 16:00"), at("2026-01-06 10:00"))]
        assert hours().elapsed_excluding(at("2026-01-05 15:00"), at("2026-01-06 11:00"), night) == 2 * HOUR

    def test_a_pause_while_closed_takes_nothing(self):
        night = [(at("2026-01-05 18:00"), at("2026-01-06 08:00"))]
        assert hours().elapsed_excluding(at("2026-01-05 16:00"), at("2026-01-06 10:00"), night) == 2 * HOUR

    def test_a_pause_without_end_lasts_to_the_end_of_what_is_measured(self):
        pause = [(at("2026-01-05 09:30"), None)]
        assert hours().elapsed_excluding(at("2026-01-05 09:00"), at("2026-01-07"), pause) == HOUR / 2

    def test_only_the_part_of_a_pause_inside_the_stretch_counts(self):
        pauses = [
            (at("2026-01-05 07:00"), at("2026-01-05 08:00")),
            (at("2026-01-05 08:30"), at("2026-01-05 09:30")),
            (at("2026-01-05 09:45"), at("2026-01-05 10:15")),
            (at("2026-01-05 11:00"), None),
        ]
        assert CALENDAR.elapsed_excluding(at("2026-01-05 09:00"), at("2026-01-05 10:00"), pauses) == HOUR / 4
