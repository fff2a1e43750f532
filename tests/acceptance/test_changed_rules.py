"""The configuration is edited while tickets are open: which version each of them is under, and from when on."""

from datetime import UTC, date, datetime

from bot.clock import ManualClock
from bot.config.load import load_config
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.configuring import apply_config
from sla.events import Apply, PriorityChanged
from sla.ticket import Priority
from store import instances, ticket_events, tickets
from store.engine import Database
from tests.support.desk import CONFIG, MONDAY, Desk, opened

WORKSPACE = "T0HOME"
TWO_HOURS = ("first_reply_time: 1h", "first_reply_time: 2h")
LATER_AFTERNOON = ('"09:00-12:00, 13:00-17:00"', '"09:00-12:00, 15:00-17:00"')


async def edit(desk: Desk, *changes: tuple[str, str], to_open: Apply = Apply.NEXT_UPDATE, db: Database | None = None):
    """Apply the configuration with some words replaced; in another process when it is given a database of its own."""
    text = CONFIG
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    config = load_config(text, source="edited.yml", today=date(2026, 1, 12))
    await apply_config(db or desk.bot.db, WORKSPACE, config, who="U0CLEO", now=desk.now, to_open=to_open)


async def late_message(desk: Desk, thread: str, minute: int, text: str = "And it is the second time.") -> None:
    """A customer's message of some minutes past nine that Slack delivers only now."""
    ts = f"{MONDAY.timestamp() + minute * 60:.6f}"
    said = {"type": "message", "channel": "C0ACME", "user": "U0RITA", "text": text, "ts": ts, "event_ts": ts}
    await desk.raw_event(said | {"thread_ts": thread})


async def row(desk: Desk, metric: str, number: int = 1, ticket: int = 1) -> instances.InstanceRecord:
    found = await desk.bot.db.read(lambda conn: instances.get(conn, WORKSPACE, ticket, metric, number))
    assert found is not None
    return found


async def version(desk: Desk) -> int | None:
    found = await desk.bot.db.read(lambda conn: tickets.get(conn, WORKSPACE, 1))
    assert found is not None
    return found.rules_version


def at(hour: int, minute: int = 0, *, day: int = 12) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


async def test_a_schedule_edit_reaches_a_ticket_of_which_a_deadline_has_passed_in_between(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await edit(desk, LATER_AFTERNOON)
    await desk.at("10:05")
    assert (await row(desk, "first_reply_time")).breached
    assert await version(desk) == 1, "that a deadline passes is no update"

    await desk.command("U0ANA", "/sla claim #1")
    assert await version(desk) == 2
    assert (await row(desk, "requester_wait_time")).breach_at == at(10, day=13)


async def test_a_late_message_does_not_bring_the_old_rules_back(desk: Desk):
    thread = await desk.post("U0RITA", "The export is empty")
    await edit(desk, TWO_HOURS)
    await desk.at("10:05")
    await desk.command("U0ANA", "/sla claim #1")
    assert (await row(desk, "first_reply_time")).breach_at == at(11)

    await late_message(desk, thread, 1)
    now = await row(desk, "first_reply_time")
    assert (now.breach_at, now.breached) == (at(11), False)
    assert await version(desk) == 2


async def test_a_message_from_before_an_edit_is_no_update_that_the_edit_reaches_the_ticket_with(desk: Desk):
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:30")
    await edit(desk, TWO_HOURS, LATER_AFTERNOON)
    await late_message(desk, thread, 20)
    assert await version(desk) == 1
    assert (await row(desk, "first_reply_time")).breach_at == at(10)

    await desk.command("U0ANA", "/sla claim #1")
    assert await version(desk) == 2
    assert (await row(desk, "first_reply_time")).breach_at == at(11)
    assert (await row(desk, "requester_wait_time")).breach_at == at(10, day=13)


async def test_a_running_bot_takes_up_what_another_process_has_just_applied(desk: Desk, desk_database: str):
    thread = await desk.post("U0RITA", "The export is empty")
    other = Database(desk_database, virtual_clock=True)
    await other.open()
    await edit(desk, TWO_HOURS, to_open=Apply.NOW, db=other)
    await other.close()

    await desk.post("U0RITA", "Is anybody there?", thread=thread)
    assert desk.bot.desk().rules_version == 2
    assert await version(desk) == 2
    assert (await row(desk, "first_reply_time")).breach_at == at(11)
    history = await desk.bot.db.read(lambda conn: ticket_events.of_ticket(conn, WORKSPACE, 1))
    assert [event.type for event in history] == ["created", "rules", "comment"]


async def test_a_bot_that_is_behind_takes_a_newer_version_back_from_no_ticket(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    behind = desk.bot.desk()
    await edit(desk, TWO_HOURS, to_open=Apply.NOW)
    raised = Entry(key="by hand", event=PriorityChanged(at=desk.now, to=Priority.NORMAL), actor="U0ANA")
    await desk.bot.db.write(lambda conn: ticketing.record(conn, behind, 1, [raised], desk.now))
    assert await version(desk) == 2
    assert (await row(desk, "first_reply_time")).breach_at == at(11)


async def test_an_instance_that_has_ended_keeps_the_version_that_it_was_judged_under(desk: Desk):
    thread = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:10")
    await edit(desk, TWO_HOURS)
    await desk.post("U0ANA", "I am looking.", thread=thread)
    await desk.post("U0RITA", "Thank you, and what about yesterday's?", thread=thread)

    async def versions() -> dict[str, int | None]:
        metrics = ("first_reply_time", "next_reply_time", "requester_wait_time")
        return {metric: (await row(desk, metric)).rules_version for metric in metrics}

    told = {"first_reply_time": 1, "next_reply_time": 2, "requester_wait_time": 2}
    assert await versions() == told
    await late_message(desk, thread, 1)
    assert await versions() == told


async def test_an_edit_of_nothing_but_routes_reaches_open_tickets_at_once(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await edit(desk, ('"80%": [alert', '"30%": [alert'), to_open=Apply.NOW)
    await desk.at("09:19")
    assert [alert.at for alert in desk.alerts()] == [at(9, 18)]


async def test_quiet_hours_of_a_new_schedule_hold_for_tickets_that_the_edit_has_not_reached(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await edit(
        desk,
        ("customers:\n", '  late: {time_zone: UTC, hours: {mon-fri: "11:00-17:00"}}\ncustomers:\n'),
        ('"0": [alert_channel, assignee]}}', '"0": [alert_channel, assignee]}, quiet: {schedule: late}}'),
    )
    await desk.at("10:59")
    assert desk.alerts() == []
    await desk.at("11:01")
    assert [(alert.at, alert.text[:18]) for alert in desk.alerts()] == [(at(11), "First reply missed")]


async def test_the_group_that_a_ticket_is_given_to_hears_of_it_by_its_own_route(desk_database: str):
    config = f"""{CONFIG}
  engineers: {{thresholds: {{"20%": [alert_channel], "0": [alert_channel]}}}}
groups:
  engineering: {{users: [U0BEN], route: engineers}}
"""
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.command("U0ANA", "/sla assign engineering #1")
        await desk.at("10:05")
        assert [f"{alert.at:%H:%M}" for alert in desk.alerts()] == ["09:12", "10:00"]
