"""The clock against a target: what is left when it stops, and when it is due once it runs again."""

from datetime import UTC, datetime, timedelta

from sla.business_time import CALENDAR
from sla.deadlines import Run, measure, pause_run, resume_run, start_run

NINE = datetime(2024, 1, 15, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_clock_starts_with_the_whole_target_left():
    assert start_run(CALENDAR, NINE, HOUR) == Run(NINE, HOUR, NINE + HOUR)


def test_a_pause_keeps_what_is_left_and_has_no_deadline():
    paused = pause_run(CALENDAR, start_run(CALENDAR, NINE, 2 * HOUR), NINE + HOUR)

    assert paused == Run(NINE + HOUR, HOUR, None)
    assert resume_run(CALENDAR, paused, NINE + 3 * HOUR).due == NINE + 4 * HOUR


def test_a_pause_after_the_deadline_keeps_the_deadline():
    paused = pause_run(CALENDAR, start_run(CALENDAR, NINE, HOUR), NINE + 2 * HOUR)

    assert paused == Run(NINE + 2 * HOUR, -HOUR, NINE + HOUR)
    assert resume_run(CALENDAR, paused, NINE + 3 * HOUR) == Run(NINE + 3 * HOUR, -HOUR, NINE + HOUR)


def test_measured_anew_it_is_what_it_was_step_by_step():
    pauses = [(NINE + HOUR, NINE + 2 * HOUR), (NINE + 3 * HOUR, NINE + 5 * HOUR)]

    assert measure(CALENDAR, NINE, 3 * HOUR, pauses).due == NINE + 6 * HOUR
    assert measure(CALENDAR, NINE, 3 * HOUR, [*pauses[:1], (NINE + 3 * HOUR, None)]) == Run(NINE + 3 * HOUR, HOUR, None)


def test_what_was_paused_before_the_start_does_not_count():
    pauses = [(NINE - 2 * HOUR, NINE - HOUR), (NINE - HOUR, NINE + HOUR)]

    assert measure(CALENDAR, NINE, HOUR, pauses).due == NINE + 2 * HOUR
