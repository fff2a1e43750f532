"""Posts by the calendar: the week's figures, and what nobody has looked after; each once, and never empty."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import ManualClock, ScaledClock
from bot.services.regular.posts import RegularPosts
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, opened, until

WEEKLY = f'{CONFIG}lifecycle: {{auto_close_after: off}}\ndigest: {{weekly: {{at: "mon 09:00", to: C0TRIAGE}}}}\n'
FORGOTTEN = f'{CONFIG}digest: {{forgotten: {{at: "daily 09:00", to: C0TRIAGE}}}}\n'


@pytest.fixture
async def weekly_desk(desk_database: str) -> AsyncIterator[Desk]:
    async with opened(desk_database, clock=ManualClock(MONDAY), config=WEEKLY) as running:
        yield running


@pytest.fixture
async def daily_desk(desk_database: str) -> AsyncIterator[Desk]:
    async with opened(desk_database, clock=ManualClock(MONDAY), config=FORGOTTEN) as running:
        yield running


def told(desk: Desk, word: str, channel: str = TRIAGE):
    """The regular posts about something in a channel."""
    return [each for each in desk.alerts() if word in each.text and not each.thread_ts]


async def answered(desk: Desk, user: str, text: str, *, after: int, channel: str = "C0ACME") -> str:
    """A question that is answered and solved after so many minutes."""
    ts = await desk.post(user, text, channel=channel)
    await desk.pass_time(minutes=after)
    await desk.post("U0ANA", "It is mended.", thread=ts, channel=channel)
    await desk.click("U0ANA", "Solve", number=len(desk.cards()))
    return ts


async def waiting(desk: Desk) -> str:
    """A ticket that waits for its customer; the thread's ts."""
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "Which one?", thread=ts)
    await desk.click("U0ANA", "Pending")
    return ts


async def test_on_monday_the_weeks_figures_are_told_next_to_those_of_the_week_before(weekly_desk: Desk):
    await answered(weekly_desk, "U0RITA", "The export is empty", after=10)
    await answered(weekly_desk, "U0HANK", "I cannot log in", after=90, channel="C0GLOBEX")
    await weekly_desk.at("tue 09:00")
    await weekly_desk.at("mon 09:00")
    (first,) = told(weekly_desk, "Service levels")
    assert first.text == ("Service levels, 12 January to 18 January: 75.0 % in time (3 of 4). Missed by most: #2.")
    assert first.at == MONDAY + timedelta(days=7)
    assert "First reply  50.0 % in time (1 of 2)" in first.shown
    assert "Requester wait time  100.0 % in time (2 of 2)" in first.shown
    assert "Globex: First reply, done late, 30 min" in first.shown

    await answered(weekly_desk, "U0RITA", "The import is empty", after=10)
    await weekly_desk.at("tue 09:00")
    await weekly_desk.at("mon 09:00")
    second = told(weekly_desk, "Service levels")[-1]
    assert second.text == (
        "Service levels, 19 January to 25 January: 100.0 % in time (2 of 2), the week before 75.0 % ↑."
    )
    assert "By policy" not in second.shown


async def test_what_is_exempt_is_named_with_its_reason_and_in_no_figure(weekly_desk: Desk):
    await answered(weekly_desk, "U0RITA", "The export is empty", after=90)
    await weekly_desk.command("U0ANA", "/sla exempt #1 their <!channel> server was down")
    await weekly_desk.at("tue 09:00")
    await weekly_desk.at("mon 09:00")
    (post,) = told(weekly_desk, "Service levels")
    assert post.text == "Service levels, 12 January to 18 January: nothing to count."
    assert "Exempt, and in no figure" in post.shown
    assert "#1" in post.shown
    assert "<!channel>" not in post.shown


async def test_a_week_without_anything_is_not_told(weekly_desk: Desk):
    await weekly_desk.pass_time(days=20)
    assert weekly_desk.alerts() == []


async def test_a_post_that_was_missed_comes_once_and_says_that_it_is_late(weekly_desk: Desk):
    await answered(weekly_desk, "U0RITA", "The export is empty", after=10)
    await weekly_desk.at("tue 09:00")
    await weekly_desk.stop_bot()
    weekly_desk.stage.jump(MONDAY + timedelta(days=8))
    await weekly_desk.start_bot()
    (post,) = told(weekly_desk, "Service levels")
    assert "This was due 2026-01-19 09:00 UTC" in post.shown
    await weekly_desk.stop_bot()
    await weekly_desk.start_bot()
    assert len(told(weekly_desk, "Service levels")) == 1


async def test_what_was_due_before_anybody_asked_for_it_is_not_told(desk_database: str):
    clock = ManualClock(MONDAY + timedelta(days=1))
    async with opened(desk_database, clock=clock, config=WEEKLY) as desk:
        await answered(desk, "U0RITA", "The export is empty", after=10)
        await desk.pass_time(days=1)
        assert desk.alerts() == []


async def test_two_replicas_post_once(weekly_desk: Desk):
    await answered(weekly_desk, "U0RITA", "The export is empty", after=10)
    bot = weekly_desk.bot
    weekly_desk.stage.jump(MONDAY + timedelta(days=7))
    other = RegularPosts(db=bot.db, desk=bot.desk, clock=bot.clock)
    assert [await other.drain(), await other.drain()] == [1, 0]
    await weekly_desk.settle()
    assert len(told(weekly_desk, "Service levels")) == 1


async def test_tickets_without_a_clock_and_without_news_are_told_every_morning(daily_desk: Desk):
    ts = await waiting(daily_desk)
    await daily_desk.at("tue 09:00")
    assert told(daily_desk, "without a running clock") == []

    await daily_desk.at("wed 09:00")
    (post,) = told(daily_desk, "without a running clock")
    assert post.text == "1 open ticket without a running clock and without news for a day: #1."
    assert "Acme Inc: pending, silent for 1 d 23 h" in post.shown
    (message,) = [one for one in daily_desk.sandbox.read.messages(TRIAGE) if one["ts"] == post.ts]
    assert f"/archives/C0ACME/p{ts.replace('.', '')}|#1>" in str(message["blocks"])

    await daily_desk.post("U0RITA", "The one of May", thread=ts)
    await daily_desk.at("thu 09:00")
    assert len(told(daily_desk, "without a running clock")) == 1


async def test_who_has_a_running_clock_is_held_or_is_no_ticket_is_not_forgotten(daily_desk: Desk):
    await daily_desk.post("U0RITA", "The export is empty")
    await daily_desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await daily_desk.click("U0ANA", "Pending", number=2)
    await daily_desk.click("U0ANA", "Not a ticket", number=2)
    await daily_desk.at("thu 12:00")
    assert told(daily_desk, "without a running clock") == []


async def test_a_person_is_told_directly(desk_database: str):
    config = FORGOTTEN.replace("to: C0TRIAGE", "to: U0CLEO")
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await waiting(desk)
        await desk.at("wed 09:01")
        (post,) = desk.direct_messages("U0CLEO")
        assert post.text.startswith("1 open ticket without a running clock")


async def test_a_channel_that_is_shared_by_now_hears_nothing_and_an_admin_does_instead(desk_database: str):
    """Figures are not for other companies."""
    config = FORGOTTEN.replace("to: C0TRIAGE", "to: C0GLOBEX").replace("channels: [C0GLOBEX]", "channels: []")
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        await waiting(desk)
        await desk.at("wed 09:01")
        assert desk.written_by_the_bot("C0GLOBEX") == []
        (post,) = desk.direct_messages("U0CLEO")
        assert post.text.startswith("1 open ticket without a running clock")


async def test_a_bot_that_works_by_itself_posts_when_the_calendar_says_so(desk_database: str):
    async with opened(desk_database, clock=ManualClock(MONDAY - timedelta(hours=1)), config=WEEKLY) as desk:
        await desk.post("U0RITA", "The export is empty")
    clock = ScaledClock(MONDAY - timedelta(seconds=20), speed=20)
    async with opened(desk_database, clock=clock, config=WEEKLY, workers=True) as desk:
        await until(lambda: told(desk, "Service levels"))
        (post,) = told(desk, "Service levels")
        assert post.at >= MONDAY
