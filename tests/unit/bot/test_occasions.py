from datetime import UTC, datetime, time

import pytest

from bot.config.model import DigestEntry
from bot.services.regular.occasions import following, latest, week_before


def entry(weekday=None, at="09:00", time_zone="Europe/Berlin"):
    return DigestEntry(weekday=weekday, at=time.fromisoformat(at), time_zone=time_zone, to="C1")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAYS, DAILY = entry(0), entry()


@pytest.mark.parametrize(
    ("of", "now", "was", "comes"),
    [
        (MONDAYS, "2026-01-14T12:00", "2026-01-12T08:00", "2026-01-19T08:00"),
        (MONDAYS, "2026-01-12T08:00", "2026-01-12T08:00", "2026-01-19T08:00"),
        (MONDAYS, "2026-01-12T07:59", "2026-01-05T08:00", "2026-01-12T08:00"),
        (DAILY, "2026-01-14T12:00", "2026-01-14T08:00", "2026-01-15T08:00"),
        (DAILY, "2026-01-14T07:00", "2026-01-13T08:00", "2026-01-14T08:00"),
        # Clocks go forward on 29 March: nine o'clock comes an hour earlier.
        (DAILY, "2026-03-29T12:00", "2026-03-29T07:00", "2026-03-30T07:00"),
        # 02:30 does not exist on that day: it is told when 03:30 is.
        (entry(at="02:30"), "2026-03-29T12:00", "2026-03-29T01:30", "2026-03-30T00:30"),
        # 02:30 comes twice on 25 October: it is told once, at the first.
        (entry(at="02:30"), "2026-10-25T01:00", "2026-10-25T00:30", "2026-10-26T01:30"),
        # Far from UTC it is another day already.
        (entry(0, time_zone="Pacific/Auckland"), "2026-01-11T21:00", "2026-01-11T20:00", "2026-01-18T20:00"),
        (entry(0, "00:00", "America/Los_Angeles"), "2026-01-12T07:59", "2026-01-05T08:00", "2026-01-12T08:00"),
    ],
)
def test_occasions_follow_local_time(of, now, was, comes):
    assert (latest(of, utc(now)), following(of, utc(now))) == (utc(was), utc(comes))


def test_a_week_before_is_the_same_local_time():
    assert week_before(MONDAYS, utc("2026-03-30T07:00")) == utc("2026-03-23T08:00")
