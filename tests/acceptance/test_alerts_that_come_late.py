"""What an alert says, and whether it is still sent, when something has happened since it was due."""

from bot.clock import ManualClock
from tests.support.desk import CONFIG, MONDAY, Desk, opened

# Agents may set a ticket to pending to stop the clock of a first reply as well.
PAUSES = CONFIG.replace("  - title: Everybody", "  - title: Everybody\n    settings: {pause_reply_on: [pending]}")


def silent(desk: Desk, *, seconds: float) -> None:
    """Slack takes nothing for some time."""
    desk.sandbox.faults.calls("rate_limit", method="chat.postMessage", for_seconds=seconds, seconds=30)


def openings(desk: Desk) -> list[str]:
    return [alert.text.split(":")[0] for alert in desk.alerts()]


async def test_a_missed_promise_is_told_even_if_the_clock_was_stopped_before_slack_took_the_alert(desk_database: str):
    async with opened(desk_database, clock=ManualClock(MONDAY), config=PAUSES) as desk:
        await desk.at("09:01")
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:00")
        silent(desk, seconds=180)
        await desk.at("10:02")
        await desk.command("U0ANA", "/sla status pending #1")
        await desk.pass_time(minutes=10)
        assert openings(desk) == ["First reply due in 12 min", "First reply missed 1 min ago"]


async def test_a_warning_that_waits_while_the_clock_is_stopped_says_what_is_left_and_that_it_stands_still(
    desk_database: str,
):
    async with opened(desk_database, clock=ManualClock(MONDAY), config=PAUSES) as desk:
        await desk.at("09:01")
        await desk.post("U0RITA", "The export is empty")
        await desk.at("09:48")
        silent(desk, seconds=180)
        await desk.at("09:50")
        await desk.command("U0ANA", "/sla status pending #1")
        await desk.pass_time(minutes=10)
        (warning,) = desk.alerts()
        assert warning.text.startswith("First reply paused with 11 min left: #1 Acme Inc (enterprise)")
        assert "No deadline while paused (business hours)" in warning.text

        await desk.command("U0ANA", "/sla status open #1")
        await desk.at("11:59")
        assert openings(desk)[1:] == ["First reply missed"]


async def test_a_warning_that_waits_while_the_deadline_moves_away_comes_only_before_the_new_one(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    silent(desk, seconds=180)
    await desk.at("09:49")
    await desk.command("U0ANA", "/priority low #1")
    await desk.at("11:59")
    assert openings(desk) == []
    await desk.at("14:01")
    assert openings(desk) == ["First reply due in 48 min", "First reply missed"]


async def test_a_late_warning_says_how_much_time_is_left_when_it_comes(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    silent(desk, seconds=540)
    await desk.at("09:59")
    (warning,) = desk.alerts()
    assert warning.text.startswith("First reply due in 4 min: ")
    assert "sent 8 min late" in warning.shown


async def test_a_late_alert_counts_how_long_ago_in_the_hours_of_its_promise(desk: Desk):
    await desk.at("10:50")
    await desk.post("U0RITA", "The export is empty")
    await desk.at("11:49")
    silent(desk, seconds=90 * 60)
    await desk.at("13:30")
    assert openings(desk)[-1] == "First reply missed 29 min ago"


async def test_an_alert_that_is_edited_keeps_the_figure_that_it_was_sent_with(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    silent(desk, seconds=540)
    await desk.at("09:58")
    await desk.post("U0ANA", "It is fixed", thread=ts)
    await desk.pass_time(minutes=1)
    (warning,) = desk.alerts()
    assert warning.text.startswith("First reply due in 4 min: ")
    assert "Answered in time by <@U0ANA>." in warning.text


async def test_a_warning_that_is_overtaken_by_its_deadline_is_not_told_beside_the_breach(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    silent(desk, seconds=20 * 60)
    await desk.at("10:15")
    assert [opening.rsplit(" ", 3)[0] for opening in openings(desk)] == ["First reply missed"]
    await desk.command("U0ANA", "/sla claim #1")
    await desk.at("10:30")
    assert len(openings(desk)) == 1


async def test_a_warning_that_comes_after_its_deadline_leaves_it_to_the_breach_that_is_about_to_be_told(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:47")
    silent(desk, seconds=10 * 60)
    await desk.at("09:52")
    desk.stage.jump(desk.now.replace(hour=10, minute=2))
    await desk.bot.delivery.drain()  # before anybody has looked at the deadline
    assert openings(desk) == []
    await desk.at("10:03")
    assert [opening.rsplit(" ", 3)[0] for opening in openings(desk)] == ["First reply missed"]


async def test_a_warning_that_waits_beyond_a_deadline_nobody_else_tells_of_says_that_it_is_missed(desk_database: str):
    only_warned = CONFIG.replace('"0": [alert_channel, assignee]', '"0": [assignee]')
    assert only_warned != CONFIG
    async with opened(desk_database, clock=ManualClock(MONDAY), config=only_warned) as desk:
        await desk.at("09:01")
        await desk.post("U0RITA", "The export is empty")
        await desk.command("U0ANA", "/sla claim #1")
        await desk.at("09:48")
        silent(desk, seconds=20 * 60)
        await desk.at("10:20")
        (alert,) = desk.alerts()
        assert alert.text.startswith("First reply missed ")
