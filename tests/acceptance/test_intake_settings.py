"""What becomes a ticket, and whose: each key of `intake` and `channels`, seen from the channel."""

from datetime import date

from sqlalchemy import Connection

from bot.clock import ManualClock
from bot.config.load import load_config
from bot.services.workspace.configuring import apply_config
from sla.events import Apply
from store import tickets
from tests.support.desk import CONFIG, MONDAY, Desk, opened


async def configured(desk: Desk, config: str) -> None:
    """From now on another file is in force."""
    read = load_config(config, source="mine.yml", today=date(2026, 1, 12))
    await apply_config(desk.bot.db, "T0HOME", read, who="cli:cleo", now=desk.now, to_open=Apply.NEXT_UPDATE)
    await desk.bot.take_up_rules()


async def with_bot(desk: Desk, key: str) -> None:
    """The other app in the workspace may ask, or reply; it is known by its bot id, which Slack gives out."""
    await configured(desk, f"{CONFIG}intake: {{{key}: [{bot_id(desk)}]}}\n")


def bot_id(desk: Desk) -> str:
    found = desk.sandbox.act.post_as_bot("C0RANDOM", "U0DEPLOY", "Hello")
    return str(found["bot_id"])


async def form(desk: Desk, text: str, *, thread: str = "", subtype: str = "bot_message") -> str:
    """A workflow posts what somebody has filled in."""
    message = desk.sandbox.act.post_as_bot("C0ACME", "U0DEPLOY", text, thread_ts=thread, subtype=subtype)
    await desk.pass_time(seconds=5)
    return str(message["ts"])


async def requester(desk: Desk, number: int = 1) -> str | None:
    def read(conn: Connection):
        found = tickets.get(conn, "T0HOME", number)
        return found.requester if found is not None else None

    return await desk.bot.db.read(read)


# Forms and bots


async def test_a_form_opens_a_ticket_for_the_person_whom_it_names(desk: Desk):
    await with_bot(desk, "bots_that_ask")
    ts = await form(desk, "New request by <@U0RITA>: the export is empty. Ask <@U0SAM>.")
    assert await requester(desk) == "U0RITA"
    assert "Acme Inc (enterprise)" in desk.card_text()
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"

    await desk.post("U0ANA", "Which one?", thread=ts)
    assert desk.promises()["First reply"].startswith("met")
    await desk.post("U0RITA", "The one of May", thread=ts)
    assert desk.promises()["Next reply"].startswith("due")


async def test_a_form_with_a_user_of_its_own_and_no_subtype_does_so_too(desk: Desk):
    await with_bot(desk, "bots_that_ask")
    await form(desk, "<@U0RITA> asks: where is my invoice?", subtype="")
    assert await requester(desk) == "U0RITA"


async def test_a_form_that_names_nobody_opens_a_ticket_all_the_same(desk: Desk):
    await with_bot(desk, "bots_that_ask")
    await form(desk, "Somebody filled in the form: the export is empty")
    assert len(desk.cards()) == 1
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_any_other_bot_opens_nothing_and_answers_nobody(desk: Desk):
    await form(desk, "<@U0RITA> deployed 1.2.3")
    ts = await desk.post("U0RITA", "The export is empty")
    await form(desk, "We have received your message.", thread=ts)
    assert len(desk.cards()) == 1
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"


async def test_a_bot_that_may_reply_does(desk: Desk):
    await with_bot(desk, "bots_that_reply")
    for subtype in ("bot_message", ""):
        ts = await desk.post("U0RITA", "The export is empty")
        await form(desk, "Have you tried the other button?", thread=ts, subtype=subtype)
        await desk.pass_time(minutes=3)
    assert [desk.promises(number)["First reply"].split()[0] for number in (1, 2)] == ["met", "met"]


# Who and what is ignored


async def test_people_and_patterns_that_are_ignored_never_open_a_ticket(desk_database: str):
    config = f'{CONFIG}intake: {{ignore: [U0SAM, "*OUT of office*"]}}\n'
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0SAM", "The export is empty")
        await desk.post("U0RITA", "I am out of office until Friday")
        announcement = await desk.post("U0ANA", "We have deployed 1.2.3")
        await desk.post("U0SAM", "Well done", thread=announcement)
        assert desk.cards() == []

        ts = await desk.post("U0RITA", "The export is empty")
        await desk.post("U0SAM", "Mine, too", thread=ts)
        assert len(desk.cards()) == 1


async def test_they_open_no_follow_up_either(desk_database: str):
    config = f"{CONFIG}lifecycle: {{auto_close_after: 1h}}\nintake: {{ignore: [U0SAM]}}\n"
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        await desk.click("U0ANA", "Solve")
        await desk.pass_time(hours=2)
        await desk.post("U0SAM", "It is empty again", thread=ts)
        assert len(desk.cards()) == 1
        await desk.post("U0RITA", "It is empty again", thread=ts)
        assert len(desk.cards()) == 2


# Channels


async def at_acme(database: str, settings: str):
    return opened(database, clock=ManualClock(MONDAY), config=CONFIG.replace("C0HELP: {}", f"C0ACME: {{{settings}}}"))


async def test_messages_in_a_row_are_one_ticket_for_as_long_as_the_file_says(desk_database: str):
    async with await at_acme(desk_database, "group_messages_within: 10m") as desk:
        await desk.post("U0RITA", "Hello")
        await desk.pass_time(minutes=9)
        await desk.post("U0RITA", "The export is empty")
        assert len(desk.cards()) == 1
        await desk.pass_time(minutes=11)
        await desk.post("U0RITA", "And the import")
        assert len(desk.cards()) == 2


async def test_each_message_is_a_ticket_where_grouping_is_off(desk_database: str):
    async with await at_acme(desk_database, "group_messages_within: 0") as desk:
        await desk.post("U0RITA", "Hello")
        await desk.post("U0RITA", "The export is empty")
        assert len(desk.cards()) == 2


async def test_an_unthreaded_answer_counts_for_as_long_as_the_file_says(desk_database: str):
    async with await at_acme(desk_database, "unthreaded_replies: 30m") as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("09:29")
        await desk.post("U0ANA", "Which one?")
        assert desk.promises()["First reply"].startswith("met")


async def test_it_does_not_where_that_is_off(desk_database: str):
    async with await at_acme(desk_database, "unthreaded_replies: off") as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.post("U0ANA", "Which one?")
        assert desk.promises()["First reply"].startswith("due")


async def test_thanks_start_a_clock_where_pleasantries_are_off(desk_database: str):
    async with await at_acme(desk_database, "pleasantries: off") as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        await desk.post("U0ANA", "It is mended", thread=ts)
        await desk.post("U0RITA", "thanks!", thread=ts)
        assert desk.promises()["Next reply"].startswith("due")


async def test_a_mention_opens_a_ticket_where_the_file_says_so(desk_database: str):
    async with await at_acme(desk_database, "open_by: mention") as desk:
        await desk.post("U0RITA", "The export is empty")
        assert desk.cards() == []
        await desk.post("U0SAM", "<@U0THREAD> the export is empty")
        assert len(desk.cards()) == 1


async def test_a_channels_group_and_schedule_are_its_tickets(desk_database: str):
    config = CONFIG.replace("C0HELP: {}", "C0ACME: {group: engineering, schedule: late}").replace(
        "schedules:\n", 'schedules:\n  late: {time_zone: UTC, hours: {mon-fri: "12:00-20:00"}}\n'
    )
    config += "groups: {engineering: {users: [U0BEN]}}\n"
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
        assert desk.promises()["First reply"] == "due 2026-01-12 13:00 UTC"
        assert desk.promises(2)["First reply"] == "due 2026-01-12 10:00 UTC"
        first, second = await desk.bot.db.read(lambda conn: tickets.many(conn, "T0HOME", [1, 2]))
        assert (first.group_name, second.group_name) == ("engineering", None)


async def test_a_customers_schedule_and_tags_are_its_tickets(desk_database: str):
    config = CONFIG.replace("name: Acme Inc,", "name: Acme Inc, schedule: late, tags: [vip],").replace(
        "schedules:\n", 'schedules:\n  late: {time_zone: UTC, hours: {mon-fri: "12:00-20:00"}}\n'
    )
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0RITA", "The export is empty")
        assert desk.promises()["First reply"] == "due 2026-01-12 13:00 UTC"
        (ticket,) = await desk.bot.db.read(lambda conn: tickets.many(conn, "T0HOME", [1]))
        assert ticket.tags == ["vip"]


async def test_tickets_from_before_the_day_of_enforcement_raise_no_alerts(desk_database: str):
    config = f"{CONFIG}enforce_from: 2026-01-13\n"
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("11:00")
        assert desk.alerts() == []
        await desk.at("tue 09:00")
        await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
        await desk.at("11:00")
        assert {alert.text.partition("#")[2][:1] for alert in desk.alerts()} <= {"2"}
        assert len(desk.alerts()) == 2


async def test_a_ticket_without_a_priority_has_no_target_until_somebody_gives_it_one(desk_database: str):
    config = CONFIG.replace("default_priority: normal\n", "")
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await desk.post("U0RITA", "The export is empty")
        assert desk.promises() == {}
        await desk.command("U0ANA", "/priority normal #1")
        assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"
