from datetime import UTC, date, datetime, timedelta

import pytest

from sla.alert_log import AlertKey, AlertLog, alert_log_from_json, alert_log_to_json
from sla.alerts import Alert, Due, Quiet, Route, Watched, due, next_at, overtaken, retargeted, still_holds, threshold_at
from sla.business_time import CALENDAR, BusinessTime
from sla.schedule import Interval, Schedule, SpecialHours
from sla.thresholds import parse_threshold
from sla.ticket import Priority

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
NOTHING_YET = AlertLog()
OFFICE = BusinessTime(
    Schedule(
        name="office",
        time_zone="UTC",
        intervals=tuple(Interval(start_time=day * 1440 + 540, end_time=day * 1440 + 1020) for day in range(1, 6)),
    )
)


def at(text: str) -> datetime:
    """Return the time of day on Monday 5 January 2026, or the instant when a date is given."""
    return datetime.fromisoformat(text if " " in text else f"2026-01-05 {text}").replace(tzinfo=UTC)


def route(thresholds: dict[str, tuple[str, ...]] | None = None, **rest) -> Route:
    given = thresholds or {"80%": ("#team",), "0": ("#team",)}
    return Route(thresholds={parse_threshold(text): destinations for text, destinations in given.items()}, **rest)


def watched(**changes) -> Watched:
    """Return a first reply wanted within an hour from Monday 09:00 on."""
    fields = {
        "ticket": "T1",
        "metric": "first_reply_time",
        "instance": 1,
        "open": True,
        "activated_at": at("09:00"),
        "target": HOUR,
        "hours": CALENDAR,
        "breach_at": at("10:00"),
        "breached": False,
        "priority": Priority.NORMAL,
        "opened_at": at("09:00"),
    }
    return Watched(**fields | changes)


def key(threshold: str, destination: str = "#team", arming: int = 1) -> AlertKey:
    return AlertKey("T1", "first_reply_time", 1, threshold, arming, destination)


def told(*keys: AlertKey) -> AlertLog:
    return NOTHING_YET.with_settled(keys)


def heard(found: Due) -> list[tuple[str, str]]:
    return [(alert.key.threshold, alert.to) for alert in found.alerts]


class TestThresholdInstants:
    @pytest.mark.parametrize(
        ("threshold", "instant"), [("-30m", "09:30"), ("80%", "09:48"), ("0", "10:00"), ("+30m", "10:30")]
    )
    def test_a_threshold_falls_where_its_part_of_the_target_is_used_up(self, threshold, instant):
        assert threshold_at(watched(), parse_threshold(threshold)) == at(instant)

    def test_it_is_counted_in_the_hours_of_the_target(self):
        late = watched(hours=OFFICE, activated_at=at("2026-01-02 16:30"))
        assert threshold_at(late, parse_threshold("0")) == at("09:30")
        assert threshold_at(late, parse_threshold("+8h")) == at("2026-01-06 09:30")

    def test_pauses_are_left_out(self):
        paused = watched(pauses=((at("09:10"), at("09:40")),))
        assert threshold_at(paused, parse_threshold("80%")) == at("10:18")

    def test_more_than_the_target_before_it_does_not_arm(self):
        assert threshold_at(watched(), parse_threshold("-1h")) is None
        assert threshold_at(watched(), parse_threshold("-2h")) is None

    def test_without_a_target_there_is_none(self):
        assert threshold_at(watched(target=None), parse_threshold("0")) is None

    def test_while_paused_only_what_was_reached_before_is_known(self):
        paused = watched(pauses=((at("09:50"), None),))
        assert threshold_at(paused, parse_threshold("80%")) == at("09:48")
        assert threshold_at(paused, parse_threshold("0")) is None

    def test_hours_that_never_open_again_have_none(self):
        fair = SpecialHours(date=date(2026, 1, 5), intervals=((540, 570),))
        once = BusinessTime(Schedule(name="fair", time_zone="UTC", intervals=(), special_hours=(fair,)))
        assert threshold_at(watched(hours=once), parse_threshold("0")) is None


class TestDue:
    def test_a_warning_is_due_from_its_instant_on(self):
        assert due(watched(), route(), NOTHING_YET, at("09:48") - MICROSECOND) == Due()
        assert due(watched(), route(), NOTHING_YET, at("09:48")) == Due((Alert(key("80%"), "#team"),))

    def test_the_breach_is_due_after_the_deadline_as_an_answer_on_it_is_in_time(self):
        warned = told(key("80%"))
        assert due(watched(), route(), warned, at("10:00")) == Due()
        assert heard(due(watched(), route(), warned, at("10:00") + MICROSECOND)) == [("0", "#team")]

    def test_every_destination_of_a_threshold_hears_once(self):
        both = route({"0": ("#team", "lead", "#team")})
        assert heard(due(watched(), both, NOTHING_YET, at("11:00"))) == [("0", "#team"), ("0", "lead")]
        assert heard(due(watched(), both, told(key("0")), at("11:00"))) == [("0", "lead")]
        assert due(watched(), both, told(key("0"), key("0", "lead")), at("11:00")) == Due()

    def test_after_downtime_only_the_nearest_is_told_and_the_others_are_logged(self):
        many = route({"+30m": ("lead",), "80%": ("#team",), "0": ("#team", "lead"), "-30m": ("#team",)})
        found = due(watched(), many, NOTHING_YET, at("10:40"))
        assert heard(found) == [("+30m", "lead")]
        assert set(found.skipped) == {key("80%"), key("0"), key("0", "lead"), key("-30m")}
        assert due(watched(), many, told(*found.keys), at("10:40")) == Due()

    def test_an_older_threshold_is_not_told_after_a_nearer_one(self):
        found = due(watched(), route(), told(key("0")), at("10:01"))
        assert found == Due(skipped=(key("80%"),))

    def test_two_thresholds_at_one_instant_are_both_told(self):
        same = route({"-30m": ("#team",), "50%": ("lead",)})
        assert heard(due(watched(), same, NOTHING_YET, at("09:30"))) == [("-30m", "#team"), ("50%", "lead")]

    @pytest.mark.parametrize(
        "quiet_instance",
        [
            watched(open=False),
            watched(target=None, breach_at=None),
            watched(pauses=((at("09:59"), None),), breach_at=None),
        ],
        ids=["ended", "without deadline", "paused"],
    )
    def test_nothing_is_due_for_what_ended_has_no_deadline_or_is_paused(self, quiet_instance):
        assert due(quiet_instance, route(), NOTHING_YET, at("11:00")) == Due()
        assert next_at(quiet_instance, route(), NOTHING_YET, at("11:00")) is None

    def test_tickets_older_than_the_enforcement_date_raise_no_alert(self):
        first_day = at("09:00") + MICROSECOND
        assert due(watched(), route(), NOTHING_YET, at("11:00"), enforced_from=first_day) == Due()
        assert heard(due(watched(), route(), NOTHING_YET, at("11:00"), enforced_from=at("09:00"))) == [("0", "#team")]


class TestQuietHours:
    def test_an_alert_waits_for_the_opening(self):
        office = route(quiet=Quiet(hours=OFFICE))
        friday = watched(activated_at=at("2026-01-02 16:30"))
        late = at("2026-01-02 18:00")
        assert due(friday, office, NOTHING_YET, late) == Due()
        assert next_at(watched(breached=True), office, NOTHING_YET, late) == at("09:48")
        assert next_at(friday, office, NOTHING_YET, late) == at("09:00")
        assert heard(due(friday, office, NOTHING_YET, at("09:00"))) == [("0", "#team")]

    def test_what_was_answered_before_the_opening_is_never_told(self):
        office = route(quiet=Quiet(hours=OFFICE))
        assert due(watched(open=False, activated_at=at("02:00")), office, NOTHING_YET, at("09:00")) == Due()

    def test_an_alert_goes_to_who_is_on_call(self):
        night = watched(activated_at=at("20:00"), breach_at=at("21:00"))
        office = route(quiet=Quiet(hours=OFFICE, on_call="night shift"))
        assert due(night, office, NOTHING_YET, at("20:48")) == Due((Alert(key("80%"), "night shift"),))
        assert next_at(night, office, NOTHING_YET, at("20:10")) == at("20:48")

    def test_who_is_on_call_for_two_destinations_hears_once(self):
        office = route({"0": ("#team", "lead")}, quiet=Quiet(hours=OFFICE, on_call="night shift"))
        found = due(watched(activated_at=at("20:00")), office, NOTHING_YET, at("22:00"))
        assert heard(found) == [("0", "night shift")]
        assert found.skipped == (key("0", "lead"),)

    @pytest.mark.parametrize(
        ("priority", "expected"), [(Priority.URGENT, [("0", "#team")]), (Priority.HIGH, []), (None, [])]
    )
    def test_urgent_tickets_may_override_them(self, priority, expected):
        office = route(quiet=Quiet(hours=OFFICE, urgent_overrides=True))
        night = watched(activated_at=at("20:00"), priority=priority)
        assert heard(due(night, office, NOTHING_YET, at("22:00"))) == expected

    def test_hours_that_never_open_again_keep_nothing_back(self):
        fair = SpecialHours(date=date(2025, 1, 5), intervals=((540, 570),))
        once = BusinessTime(Schedule(name="fair", time_zone="UTC", intervals=(), special_hours=(fair,)))
        assert heard(due(watched(), route(quiet=Quiet(hours=once)), NOTHING_YET, at("11:00"))) == [("0", "#team")]


class TestNextLook:
    def test_it_is_the_next_threshold_that_is_not_settled(self):
        assert next_at(watched(), route(), NOTHING_YET, at("09:00")) == at("09:48")
        assert next_at(watched(), route({"+30m": ("lead",)}), NOTHING_YET, at("09:00")) == at("10:00") + MICROSECOND

    def test_it_is_the_first_microsecond_after_the_deadline(self):
        assert next_at(watched(), route(), told(key("80%")), at("09:50")) == at("10:00") + MICROSECOND

    def test_it_has_passed_when_a_threshold_was_missed(self):
        assert next_at(watched(), route(), NOTHING_YET, at("09:55")) == at("09:48")

    def test_there_is_none_once_everything_is_told_and_the_breach_is_known(self):
        late = watched(breached=True)
        assert next_at(late, route(), told(key("80%"), key("0")), at("10:01")) is None

    def test_the_deadline_of_an_older_ticket_is_still_looked_at(self):
        assert (
            next_at(watched(), route(), NOTHING_YET, at("09:00"), enforced_from=at("12:00"))
            == at("10:00") + MICROSECOND
        )

    def test_there_is_none_for_a_deadline_that_no_open_time_is_left_for(self):
        assert (
            next_at(
                watched(breach_at=None, target=timedelta(minutes=1)),
                route({"-5m": ("#team",)}),
                NOTHING_YET,
                at("09:00"),
            )
            is None
        )


class TestRetarget:
    def test_what_was_told_is_told_again_when_the_deadline_moves_away(self):
        before, after = watched(breached=True), watched(target=4 * HOUR, breach_at=at("13:00"))
        log, overtaken = retargeted(before, after, route(), told(key("80%"), key("0")), at("10:30"))
        assert overtaken == ()
        assert due(after, route(), log, at("12:11")) == Due()
        assert due(after, route(), log, at("12:12")) == Due((Alert(key("80%", arming=2), "#team"),))

    def test_only_thresholds_after_the_change_are_armed_again(self):
        before, after = watched(), watched(target=timedelta(minutes=61))
        log, _ = retargeted(before, after, route(), told(key("80%")), at("09:50"))
        assert due(after, route(), log, at("10:01")) == Due()
        assert due(after, route(), log, at("10:02")) == Due((Alert(key("0"), "#team"),))

    def test_a_threshold_moved_exactly_onto_the_change_is_not_after_it(self):
        log, _ = retargeted(watched(), watched(target=timedelta(minutes=75)), route(), told(key("80%")), at("10:00"))
        assert log == told(key("80%"))

    def test_what_was_due_exactly_at_the_change_of_a_breached_instance_is_still_told(self):
        later = route({"+30m": ("lead",)})
        before, after = watched(breached=True), watched(breached=True, target=HOUR / 2)
        assert retargeted(before, after, later, NOTHING_YET, at("10:30")) == (NOTHING_YET, ())
        _, overtaken = retargeted(before, after, later, NOTHING_YET, at("10:30") - MICROSECOND)
        assert overtaken == (key("+30m", "lead"),)

    def test_what_was_not_told_yet_keeps_its_arming(self):
        log, _ = retargeted(watched(), watched(target=2 * HOUR), route(), NOTHING_YET, at("09:10"))
        assert log == NOTHING_YET

    def test_raising_the_priority_past_the_deadline_is_told_at_once(self):
        after = watched(target=HOUR / 2, breached=True, breach_at=at("09:45"))
        log, overtaken = retargeted(watched(), after, route(), NOTHING_YET, at("09:45"))
        assert overtaken == ()
        assert heard(due(after, route(), log, at("09:45"))) == [("0", "#team")]

    def test_raising_the_priority_of_a_breached_instance_does_not_alert_again(self):
        later = route({"80%": ("#team",), "0": ("#team",), "+30m": ("lead",)})
        before, after = watched(breached=True), watched(breached=True, target=HOUR / 4, priority=Priority.URGENT)
        log, overtaken = retargeted(before, after, later, told(key("80%"), key("0")), at("10:10"))
        assert overtaken == (key("+30m", "lead"),)
        assert due(after, later, log, at("12:00")) == Due()

    def test_a_breach_that_waits_for_quiet_hours_to_end_survives_a_raised_priority(self):
        before, after = watched(breached=True), watched(breached=True, target=HOUR / 4)
        log, overtaken = retargeted(before, after, route(), NOTHING_YET, at("10:10"))
        assert overtaken == ()
        assert heard(due(after, route(), log, at("10:10"))) == [("0", "#team")]

    def test_a_threshold_that_no_longer_arms_is_left_alone(self):
        early = route({"-30m": ("#team",)})
        log, overtaken = retargeted(watched(), watched(target=HOUR / 4), early, told(key("-30m")), at("09:40"))
        assert (log, overtaken) == (told(key("-30m")), ())

    def test_an_instance_that_loses_its_target_is_left_alone(self):
        log, overtaken = retargeted(watched(), watched(target=None), route(), told(key("80%")), at("09:50"))
        assert (log, overtaken) == (told(key("80%")), ())

    def test_a_change_while_paused_arms_what_is_still_to_come(self):
        pause = ((at("09:50"), None),)
        before, after = watched(pauses=pause), watched(pauses=pause, target=2 * HOUR)
        log, _ = retargeted(before, after, route(), told(key("80%")), at("09:55"))
        resumed = watched(pauses=((at("09:50"), at("10:50")),), target=2 * HOUR)
        assert due(resumed, route(), log, at("11:36")) == Due((Alert(key("80%", arming=2), "#team"),))

    def test_a_change_while_paused_does_not_alert_again_for_what_is_known_to_be_late(self):
        pause = ((at("10:10"), None),)
        later = route({"0": ("#team",), "+30m": ("lead",)})
        before, after = watched(pauses=pause, breached=True), watched(pauses=pause, breached=True, target=HOUR / 2)
        _, overtaken = retargeted(before, after, later, told(key("0")), at("10:20"))
        assert overtaken == (key("+30m", "lead"),)

    def test_a_pause_never_arms_again(self):
        paused = watched(pauses=((at("09:50"), at("11:50")),), breach_at=at("12:00"))
        assert due(paused, route(), told(key("80%")), at("11:55")) == Due()


class TestStillHolds:
    def test_an_alert_holds_while_its_threshold_is_reached(self):
        assert still_holds(key("80%"), watched(), route(), NOTHING_YET, at("09:48"))

    def test_a_pause_after_the_threshold_takes_nothing_back(self):
        paused = watched(pauses=((at("09:49"), None),), breach_at=None)
        assert still_holds(key("80%"), paused, route(), NOTHING_YET, at("09:50"))

    @pytest.mark.parametrize(
        ("instance", "log"),
        [
            (watched(open=False), NOTHING_YET),
            (watched(target=None), NOTHING_YET),
            (watched(target=2 * HOUR), NOTHING_YET),
            (watched(), NOTHING_YET.rearmed(parse_threshold("80%"))),
            (watched(pauses=((at("09:30"), None),)), NOTHING_YET),
        ],
        ids=["answered", "no target", "target moved", "armed again", "paused before it"],
    )
    def test_an_alert_is_void_when_what_it_says_is_no_longer_so(self, instance, log):
        assert not still_holds(key("80%"), instance, route(), log, at("09:50"))

    def test_an_alert_for_a_threshold_that_the_route_lost_is_void(self):
        assert not still_holds(key("80%"), watched(), route({"0": ("#team",)}), NOTHING_YET, at("09:50"))


def test_the_log_survives_being_stored():
    log = told(key("80%"), key("0", "lead")).rearmed(parse_threshold("80%"))
    stored = alert_log_to_json(log)
    assert stored == {"armings": {"80%": 2}, "settled": [["0", 1, "lead"], ["80%", 1, "#team"]]}
    assert alert_log_from_json(stored) == log
    assert alert_log_from_json({}) == NOTHING_YET


def test_a_warning_repeats_a_breach_that_is_told_to_the_same_reader():
    assert overtaken(key("80%"), [key("80%"), key("0")], watched(), route(), NOTHING_YET, at("10:05"))


def test_a_breach_does_not_repeat_its_warning():
    assert not overtaken(key("0"), [key("80%"), key("0")], watched(), route(), NOTHING_YET, at("10:05"))


def test_a_warning_of_a_new_target_does_not_repeat_the_breach_of_an_earlier_one():
    again = NOTHING_YET.rearmed(parse_threshold("80%")).rearmed(parse_threshold("0"))
    warning = key("80%", arming=2)
    assert not overtaken(warning, [warning, key("0", arming=1)], watched(), route(), again, at("10:05"))


class TestSnoozing:
    def test_a_snoozed_alert_waits_and_is_told_when_the_snooze_ends(self):
        snoozed = watched(not_before=at("09:55"))
        assert due(snoozed, route(), NOTHING_YET, at("09:50")) == Due()
        assert next_at(snoozed, route(), NOTHING_YET, at("09:50")) == at("09:55")
        assert heard(due(snoozed, route(), NOTHING_YET, at("09:55"))) == [("80%", "#team")]

    def test_the_deadline_is_looked_at_all_the_same(self):
        snoozed = watched(not_before=at("11:00"))
        assert next_at(snoozed, route(), NOTHING_YET, at("09:50")) == at("10:00") + MICROSECOND

    def test_of_what_was_snoozed_only_the_nearest_is_told(self):
        snoozed = watched(not_before=at("11:00"), breached=True)
        found = due(snoozed, route(), NOTHING_YET, at("11:00"))
        assert heard(found) == [("0", "#team")]
        assert found.skipped == (key("80%"),)

    def test_nobody_on_call_is_woken_by_what_is_snoozed(self):
        quiet = route(quiet=Quiet(hours=OFFICE, on_call="@night"))
        snoozed = watched(activated_at=at("20:00"), breach_at=at("21:00"), not_before=at("22:00"))
        assert due(snoozed, quiet, NOTHING_YET, at("21:30")) == Due()
        assert heard(due(snoozed, quiet, NOTHING_YET, at("22:00"))) == [("0", "@night")]

    def test_a_snooze_that_ends_before_the_threshold_moves_nothing(self):
        snoozed = watched(not_before=at("09:10"))
        assert next_at(snoozed, route(), NOTHING_YET, at("09:05")) == at("09:48")
