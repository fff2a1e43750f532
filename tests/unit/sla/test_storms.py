from datetime import UTC, datetime, timedelta

from sla.alert_log import AlertKey
from sla.alerts import Alert
from sla.storms import Told, fold

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def alerts(count: int, to: str = "#team", *, first: int = 1) -> list[Alert]:
    return [Alert(AlertKey(f"T{n}", "first_reply_time", 1, "0", 1, to), to) for n in range(first, first + count)]


def test_six_alerts_are_six_messages():
    folded = fold(alerts(6), [], NOW)
    assert folded.single == tuple(alerts(6))
    assert folded.digests == folded.held == ()


def test_seven_alerts_are_one_digest():
    folded = fold(alerts(7), [], NOW)
    assert folded.single == ()
    assert [(digest.to, len(digest.alerts)) for digest in folded.digests] == [("#team", 7)]


def test_a_digest_names_a_ticket_with_two_late_clocks_once():
    twice = [*alerts(7), Alert(AlertKey("T1", "next_reply_time", 2, "0", 1, "#team"), "#team")]
    assert fold(twice, [], NOW).digests[0].tickets == ("T1", "T2", "T3", "T4", "T5", "T6", "T7")


def test_destinations_are_counted_apart():
    folded = fold([*alerts(5, "#a"), *alerts(7, "#b")], [Told(to="#b", at=NOW)] * 5, NOW)
    assert folded.single == tuple(alerts(5, "#a"))
    assert [digest.to for digest in folded.digests] == ["#b"]


def test_alerts_of_the_last_minute_count():
    before = [Told(to="#team", at=NOW - seconds(59))] * 6
    assert fold(alerts(1), before, NOW).digests[0].tickets == ("T1",)
    assert fold(alerts(1), before, NOW + seconds(1)).single == tuple(alerts(1))


def test_a_storm_that_goes_on_waits_for_the_next_digest():
    before = [Told(to="#team", at=NOW - seconds(20), in_digest=True)] * 40
    folded = fold(alerts(2), before, NOW)
    assert folded.held == tuple((alert, NOW + seconds(40)) for alert in alerts(2))
    assert folded.single == folded.digests == ()


def test_what_waited_is_told_when_the_minute_is_over():
    before = [Told(to="#team", at=NOW - seconds(60), in_digest=True)] * 40
    assert fold(alerts(2), before, NOW).single == tuple(alerts(2))
    assert len(fold(alerts(9), before, NOW).digests) == 1
