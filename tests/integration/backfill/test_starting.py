"""The bot was off: it knows what was written meanwhile before it judges or sends anything."""

import pytest

from bot.services.backfill import reading as backfill_reading
from tests.support.desk import Desk


@pytest.fixture(autouse=True)
async def listening(desk: Desk):
    """The bot has been running for a while."""
    await desk.pass_time(minutes=1)


async def turn_off(desk: Desk) -> None:
    """The bot's process ends, and no event finds it."""
    await desk.stop_bot()
    desk.sandbox.faults.events("lose")


async def turn_on(desk: Desk) -> None:
    desk.sandbox.faults.clear()
    await desk.start_bot()


def let_time_pass(desk: Desk, clock: str) -> None:
    hours, minutes = map(int, clock.split(":"))
    desk.stage.jump(desk.now.replace(hour=hours, minute=minutes, second=0))


def write(desk: Desk, user: str, text: str, *, channel: str = "C0ACME", thread: str = "") -> str:
    return str(desk.sandbox.act.post(channel, user, text, thread_ts=thread)["ts"])


async def test_what_was_written_while_it_was_off_is_found(desk: Desk):
    await turn_off(desk)
    first = write(desk, "U0RITA", "The export is empty")
    let_time_pass(desk, "09:20")
    write(desk, "U0ANA", "Which one?", thread=first)
    write(desk, "U0HANK", "I cannot log in", channel="C0GLOBEX")
    let_time_pass(desk, "09:45")
    await turn_on(desk)
    assert desk.quoted(1) == "The export is empty"
    assert desk.promises(1)["First reply"] == "met in 19 min"
    assert desk.promises(2)["First reply"] == "due 2026-01-12 10:20 UTC"


async def test_an_answer_in_time_raises_no_alarm_though_it_is_found_after_the_deadline(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await turn_off(desk)
    let_time_pass(desk, "09:30")
    write(desk, "U0ANA", "Fixed", thread=ts)
    let_time_pass(desk, "11:00")
    await turn_on(desk)
    assert desk.promises()["First reply"] == "met in 29 min"
    assert [one.text for one in desk.alerts()] == []
    assert [one.text for one in desk.direct_messages("U0ANA")] == []


async def test_a_deadline_that_was_missed_meanwhile_is_told(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await turn_off(desk)
    let_time_pass(desk, "11:00")
    await turn_on(desk)
    assert desk.promises()["First reply"].startswith("missed")
    assert len(desk.alerts()) == 1


async def test_an_edit_and_a_deletion_while_it_was_off_are_found(desk: Desk):
    edited = await desk.post("U0RITA", "The export is empty")
    deleted = await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await turn_off(desk)
    let_time_pass(desk, "09:30")
    desk.sandbox.act.edit("C0ACME", "U0RITA", edited, "The import is empty")
    desk.sandbox.act.delete("C0GLOBEX", "U0HANK", deleted)
    let_time_pass(desk, "11:00")
    await turn_on(desk)
    assert desk.quoted(1) == "The import is empty"
    assert desk.quoted(2) == "(no text)"
    assert desk.promises(2)["First reply"] == "cancelled"
    assert [alert.text for alert in desk.alerts() if "Globex" in alert.text] == []


async def test_the_past_of_a_channel_is_not_imported_at_the_first_start(desk: Desk, desk_database: str):
    await turn_off(desk)
    await desk.bot.db.open()
    await desk.bot.db.write(lambda conn: conn.exec_driver_sql("UPDATE workspace SET cursor = '{}'"))
    await desk.bot.db.close()
    old = write(desk, "U0RITA", "The export is empty")
    write(desk, "U0SAM", "For me, too", thread=old)
    let_time_pass(desk, "09:30")
    await turn_on(desk)
    assert desk.cards() == []
    await desk.pass_time(minutes=11)
    await desk.bot.backfill.drain()
    await desk.settle()
    assert desk.cards() == []


async def test_a_channel_that_the_bot_was_added_to_meanwhile_begins_with_its_coming(desk: Desk):
    people = ["U0ANA", "U0RITA"]
    await turn_off(desk)
    desk.sandbox.build.channel("T0HOME", "acme-pilot", id="C0PILOT", shared_with=["T0ACME"], members=people)
    let_time_pass(desk, "09:10")
    write(desk, "U0RITA", "Only among us", channel="C0PILOT")
    let_time_pass(desk, "09:15")
    desk.sandbox.channels.invite("C0PILOT", "U0THREAD", "U0ANA")
    let_time_pass(desk, "09:20")
    write(desk, "U0RITA", "The export is empty", channel="C0PILOT")
    let_time_pass(desk, "09:40")
    await turn_on(desk)
    assert [desk.quoted(), len(desk.cards())] == ["The export is empty", 1]


async def test_a_crash_in_the_middle_loses_nothing_and_doubles_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    await turn_off(desk)
    first = write(desk, "U0RITA", "The export is empty")
    second = write(desk, "U0HANK", "I cannot log in", channel="C0GLOBEX")
    third = write(desk, "U0MILTON", "My stapler is gone", channel="C0HELP")
    let_time_pass(desk, "09:20")
    for ts, channel in ((first, "C0ACME"), (second, "C0GLOBEX"), (third, "C0HELP")):
        write(desk, "U0ANA", "Which one?", thread=ts, channel=channel)
    let_time_pass(desk, "12:00")
    desk.sandbox.faults.clear()

    def die(*_: object) -> None:
        raise SystemError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(backfill_reading.Findings, "of", _after(1, backfill_reading.Findings.of, die))
        with pytest.raises(SystemError):
            await desk.start_bot()
    await desk.stop_bot()
    await desk.start_bot()
    await desk.settle()
    assert sorted(desk.quoted(number) for number in (1, 2, 3)) == [
        "I cannot log in",
        "My stapler is gone",
        "The export is empty",
    ]
    assert [desk.promises(number)["First reply"] for number in (1, 2, 3)] == ["met in 19 min"] * 3
    assert len(desk.cards()) == 3
    assert desk.alerts() == []


def _after(times, first, then):
    """A function that does what it should some times, and something else from then on."""
    calls = []

    def call(*args, **kwargs):
        calls.append(args)
        return (first if len(calls) <= times else then)(*args, **kwargs)

    return call


async def test_slack_going_away_in_the_middle_only_delays(desk: Desk):
    await turn_off(desk)
    first = write(desk, "U0RITA", "The export is empty")
    write(desk, "U0HANK", "I cannot log in", channel="C0GLOBEX")
    let_time_pass(desk, "09:20")
    write(desk, "U0ANA", "Which one?", thread=first)
    let_time_pass(desk, "11:00")
    desk.sandbox.faults.clear()
    desk.sandbox.faults.calls("status", method="conversations.*", skip=1, for_seconds=600)
    await desk.start_bot()
    assert desk.cards() == []
    assert desk.alerts() == []
    await desk.pass_time(minutes=16)
    assert desk.promises(1)["First reply"] == "met in 19 min"
    assert desk.promises(2)["First reply"].startswith("missed")


async def test_what_was_found_is_marked_as_found(desk: Desk):
    await turn_off(desk)
    ts = write(desk, "U0RITA", "The export is empty")
    let_time_pass(desk, "09:20")
    write(desk, "U0ANA", "Which one?", thread=ts)
    await turn_on(desk)
    await desk.post("U0RITA", "The one of Friday", thread=ts)
    found = await desk.bot.db.read(
        lambda conn: conn.exec_driver_sql("SELECT type, source FROM ticket_event ORDER BY at, seq").all()
    )
    assert [tuple(row) for row in found] == [
        ("created", "backfill"),
        ("comment", "backfill"),
        ("field", "backfill"),
        ("comment", "live"),
    ]
