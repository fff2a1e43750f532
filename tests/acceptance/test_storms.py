"""Many promises broken at once: nobody is flooded, everybody is informed, and every ticket is named."""

import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.clock import ManualClock
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, Posted, opened

QUICK = CONFIG.replace("channels:\n", "channels:\n  defaults: {group_messages_within: off}\n")


def at(clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return datetime(2026, 1, 12, hours, minutes, tzinfo=UTC)


@asynccontextmanager
async def a_desk(database: str, config: str) -> AsyncIterator[Desk]:
    async with opened(database, clock=ManualClock(MONDAY), config=config) as running:
        yield running


async def write(desk: Desk, number: int, *, channel: str = "C0ACME", user: str = "U0RITA") -> None:
    for one in range(number):
        desk.sandbox.act.post(channel, user, f"Problem {one}")
    await desk.pass_time(minutes=2)


async def together(desk: Desk, clock: str) -> None:
    """What is due within a second of an instant is found by one look at it; then three minutes pass."""
    await desk.settle()
    desk.stage.jump(at(clock) + timedelta(seconds=1))
    await desk.pass_time(minutes=3)


@pytest.fixture
async def busy(desk_database: str) -> AsyncIterator[Desk]:
    """A desk with forty-five tickets that are all due at ten."""
    async with a_desk(desk_database, QUICK.replace('"80%": [alert_channel, assignee], ', "")) as desk:
        await write(desk, 45)
        yield desk


def named(posts: list[Posted]) -> list[int]:
    """The tickets that posts name, one number for each time."""
    return [int(number) for post in posts for number in re.findall(r"\|#(\d+)>", post.shown)]


def roots(posts: list[Posted]) -> list[Posted]:
    return [post for post in posts if not post.thread_ts or post.thread_ts == post.ts]


def pages(posts: list[Posted]) -> list[Posted]:
    return [post for post in posts if post not in roots(posts)]


async def test_forty_five_promises_broken_at_once_are_one_post_whose_thread_names_every_ticket_once(busy: Desk):
    await together(busy, "10:00")
    (root,) = roots(busy.alerts())
    assert root.text.startswith("45 tickets: 45 missed (45 normal).")
    assert root.at < at("10:00") + timedelta(seconds=5)
    found = pages(busy.alerts())
    assert [len(named([page])) for page in found] == [40, 5]
    assert sorted(named(found)) == list(range(1, 46))
    assert {page.thread_ts for page in found} == {root.ts}
    assert max(page.at for page in found) < at("10:01")


async def test_a_digest_says_how_bad_it_is_names_the_ten_worst_and_can_be_read_as_text_alone(busy: Desk):
    await together(busy, "10:00")
    (root,) = roots(busy.alerts())
    assert "*By priority*  45 normal" in root.shown
    assert "*By customer*  45 Acme Inc (enterprise)" in root.shown
    assert len(named([root])) == 10
    assert "Every ticket is named in the thread (2 pages)" in root.shown
    numbers = [int(one) for page in pages(busy.alerts()) for one in re.findall(r"#(\d+)", page.text)]
    assert sorted(numbers) == list(range(1, 46))


async def test_six_alerts_at_once_are_six_posts(desk_database: str):
    async with a_desk(desk_database, QUICK) as desk:
        await write(desk, 6)
        await together(desk, "09:48")
        assert len(desk.alerts()) == 6
        assert all(alert.text.startswith("First reply due in 12 min: #") for alert in desk.alerts())


async def test_seven_alerts_at_once_are_a_digest(desk_database: str):
    async with a_desk(desk_database, QUICK) as desk:
        await write(desk, 7)
        await together(desk, "09:48")
        (root,) = roots(desk.alerts())
        assert "7 tickets: 7 due soon" in root.text
        assert sorted(named(pages(desk.alerts()))) == [1, 2, 3, 4, 5, 6, 7]


async def test_a_storm_in_gusts_is_one_digest_a_minute_and_still_names_every_ticket(desk_database: str):
    async with a_desk(desk_database, QUICK.replace('"80%": [alert_channel, assignee], ', "")) as desk:
        for _ in range(3):
            for one in range(10):
                desk.sandbox.act.post("C0ACME", "U0RITA", f"Problem {one}")
            await desk.pass_time(seconds=10)
        await desk.at("10:03")
        found = roots(desk.alerts())
        # The very first comes alone, before anybody can know that there is a storm.
        assert [int(root.text.split()[0]) for root in found] == [9, 20]
        assert found[1].at.replace(microsecond=0) - found[0].at.replace(microsecond=0) == timedelta(seconds=60)
        alone = [one for one in desk.alerts() if one.text.startswith("First reply missed: #1 ")]
        assert len(alone) == 1
        assert sorted(named(pages([one for one in desk.alerts() if one not in alone]))) == list(range(2, 31))


async def test_what_was_answered_before_its_page_came_is_not_named(busy: Desk):
    first = busy.sandbox.read.messages("C0ACME")[0]
    busy.sandbox.faults.calls("rate_limit", method="chat.postMessage", count=1, seconds=60)
    await busy.settle()
    busy.stage.jump(at("10:00") + timedelta(seconds=1))
    await busy.pass_time(seconds=5)
    assert busy.alerts() == []
    await busy.post("U0ANA", "It is fixed", thread=first["ts"])
    await busy.at("10:03")
    assert sorted(named(pages(busy.alerts()))) == list(range(2, 46))


async def test_a_digest_whose_answer_was_lost_is_there_exactly_once(busy: Desk):
    busy.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
    await together(busy, "10:00")
    assert len(roots(busy.alerts())) == 1
    assert sorted(named(pages(busy.alerts()))) == list(range(1, 46))


async def test_a_page_whose_answer_was_lost_is_there_exactly_once(busy: Desk):
    busy.sandbox.faults.calls("drop", method="chat.postMessage", count=3)
    await together(busy, "10:00")
    assert sorted(named(pages(busy.alerts()))) == list(range(1, 46))


async def test_an_alert_that_may_have_arrived_is_never_folded_into_a_digest(desk_database: str):
    async with a_desk(desk_database, QUICK) as desk:
        await desk.post("U0RITA", "Problem")
        await desk.pass_time(seconds=15)  # so the storm comes while nobody knows what became of the first alert
        for one in range(7):
            desk.sandbox.act.post("C0ACME", "U0RITA", f"Problem {one}")
        desk.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
        await desk.at("09:10")
        desk.sandbox.faults.clear()
        desk.sandbox.faults.calls("drop", method="chat.postMessage", count=1)
        await desk.at("09:58")
        single = [alert for alert in desk.alerts() if alert.text.startswith("First reply due in 12 min: #1 ")]
        assert len(single) == 1
        assert sorted(named(pages([one for one in desk.alerts() if one not in single]))) == [2, 3, 4, 5, 6, 7, 8]


async def test_after_an_outage_of_slack_a_digest_says_how_late_it_is_and_why(busy: Desk):
    await busy.at("09:59")
    busy.sandbox.faults.calls("status", method="chat.postMessage", status=503, for_seconds=1200)
    await busy.at("10:40")
    (root,) = roots(busy.alerts())
    assert re.search(r"sent up to \d+ min late: there was no answer before", root.shown)


async def test_an_assignee_of_many_late_tickets_gets_one_message_with_all_of_them_in_its_thread(desk_database: str):
    async with a_desk(desk_database, QUICK) as desk:
        await write(desk, 8)
        for number in range(1, 9):
            await desk.click("U0ANA", "Claim", number)
        await together(desk, "09:48")
        await together(desk, "10:00")
        told = desk.direct_messages("U0ANA")
        assert [root.text.split(" (")[0] for root in roots(told)] == ["8 tickets: 8 due soon", "8 tickets: 8 missed"]
        assert Counter(named(pages(told))) == dict.fromkeys(range(1, 9), 2)


async def test_a_digest_whose_channel_is_gone_goes_to_an_admin(busy: Desk):
    busy.sandbox.channels.archive(TRIAGE, "U0CLEO")
    await together(busy, "10:00")
    told = [one for one in busy.direct_messages("U0CLEO") if "was archived" not in one.text]
    assert len(roots(told)) == 1
    assert sorted(named(pages(told))) == list(range(1, 46))


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_storm_over_twenty_channels_informs_each_within_5_s_and_names_every_ticket_within_60(
    desk_database: str,
):
    await storm_over_twenty_channels(desk_database, 140)


async def storm_over_twenty_channels(desk_database: str, tickets: int):
    customers = "".join(
        f"  c{n}: {{name: Customer {n}, channels: [C0CUST{n}], alert_channel: C0ALARM{n}}}\n" for n in range(20)
    )
    config = QUICK.replace("customers:\n", "customers:\n" + customers).replace('"80%": [alert_channel, assignee], ', "")
    async with a_desk(desk_database, config) as desk:
        build = desk.sandbox.build
        for n in range(20):
            build.channel("T0HOME", f"cust{n}", id=f"C0CUST{n}", members=["U0THREAD", "U0MILTON", "U0ANA"])
            build.channel("T0HOME", f"alarm{n}", id=f"C0ALARM{n}", private=True, members=["U0THREAD", "U0ANA"])
        for one in range(tickets):
            desk.sandbox.act.post(
                f"C0CUST{one % 20}", "U0MILTON", "All at once", ts=f"{MONDAY.timestamp() + 60:.0f}.{one + 1:06}"
            )
            if one % 50 == 0:
                await desk.settle()
        await desk.at("10:00")
        await together(desk, "10:01")
        posts = defaultdict(list)
        for call in desk.calls("chat.postMessage"):
            assert call["ok"], call["result"]
            posts[call["args"]["channel"]].append(call)
        due = at("10:01").timestamp()
        seen: list[int] = []
        for n in range(20):
            of_storm = [call for call in posts[f"C0ALARM{n}"] if call["at"] >= due]
            assert of_storm[0]["at"] - due < 5
            named_here = [call for call in of_storm if call["args"].get("thread_ts")]
            assert max(call["at"] for call in named_here) - due < 60
            assert min(later["at"] - earlier["at"] for earlier, later in pairwise(of_storm)) >= 1
            seen += [int(number) for call in named_here for number in re.findall(r"#(\d+)", call["args"]["text"])]
        assert sorted(seen) == list(range(1, tickets + 1))
