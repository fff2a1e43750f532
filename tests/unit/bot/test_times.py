"""Until when, as people type it."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.config.load import load_config
from bot.services.requests.actions import Asked
from bot.services.requests.authorise import Rank, Standing
from bot.services.requests.times import read_until, zone_of
from bot.services.workspace.desk import Desk, Installation
from sla.policy import Rules

BERLIN = ZoneInfo("Europe/Berlin")
# A Wednesday, 11:00 in Berlin.
NOW = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)


def until(text: str) -> str:
    found = read_until(text.split(), NOW, BERLIN, morning=time(9))
    return found.strftime("%a %Y-%m-%d %H:%M") if found else "nothing"


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("30m", "Wed 2026-01-14 10:30"),
        ("1h 30m", "Wed 2026-01-14 11:30"),
        ("2d", "Fri 2026-01-16 10:00"),
        ("until 14:00", "Wed 2026-01-14 13:00"),
        ("14:00", "Wed 2026-01-14 13:00"),
        ("until 9:00", "Thu 2026-01-15 08:00"),
        ("until 11:00", "Thu 2026-01-15 10:00"),
        ("until tomorrow", "Thu 2026-01-15 08:00"),
        ("until tomorrow 17:30", "Thu 2026-01-15 16:30"),
        ("until monday", "Mon 2026-01-19 08:00"),
        ("UNTIL Mon 10:00", "Mon 2026-01-19 09:00"),
        ("until wednesday", "Wed 2026-01-21 08:00"),
        ("until 2026-07-01", "Wed 2026-07-01 07:00"),
        ("until 2026-07-01 12:00", "Wed 2026-07-01 10:00"),
    ],
)
def test_a_time_means_the_next_such_time_at_the_desk(typed: str, instant: str):
    assert until(typed) == instant


@pytest.mark.parametrize(
    "typed",
    [
        *("", "until", "soon", "0m", "-5m", "99999d", "999999999d 1h", "25:00", "14:0", "mo", "until noon"),
        *("until 2026-01-13", "until 2028-01-01", "2026-13-01", "until monday tuesday", "until tomorrow at 9"),
        "until 14:00 monday",
    ],
)
def test_what_names_no_time_ahead_is_none(typed: str):
    assert until(typed) == "nothing"


@pytest.mark.parametrize(
    ("time_zone", "zone"),
    [
        ("America/New_York", "America/New_York"),
        ("", "Europe/Berlin"),
        ("America", "Europe/Berlin"),
        ("../etc/passwd", "Europe/Berlin"),
        ("Nowhere/Land", "Europe/Berlin"),
        ("x" * 5000, "Europe/Berlin"),
    ],
)
def test_a_time_is_meant_where_the_person_is_or_where_support_is(time_zone: str, zone: str):
    config = load_config(
        "default_schedule: eu\nschedules: {eu: {time_zone: Europe/Berlin, hours: {mon-fri: '09:00-17:00'}}}",
        source="threadline.yml",
        today=date(2026, 1, 12),
    )
    installation = Installation(workspace="T1", name="", url="", bot_user="U0BOT", bot_id="B0BOT")
    desk = Desk(installation=installation, config=config, rules=Rules(), rules_version=1)
    asked = Asked(user="U1", standing=Standing(rank=Rank.AGENT), at=NOW, key="k", time_zone=time_zone)
    assert zone_of(desk, asked).key == zone
