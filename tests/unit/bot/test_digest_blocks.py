"""Digests stay within Slack's limits and name everything, whatever their tickets are called."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.kit.content import checked_blocks
from bot.slack.alert_posts import AlertView
from bot.slack.digest_blocks import DigestView, TicketLine, page, root

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
HOSTILE = ["<!channel> & <@U0BOSS>" * 20, "&" * 400, '"\\' * 200, "名" * 300, "🔥" * 300, "", "<https://evil|click>"]


def a_line(number: int = 1, *, alerts: int = 1, **changed: Any) -> TicketLine:
    metrics = ("first_reply_time", "requester_wait_time", "agent_work_time", "total_resolution_time")
    given: dict[str, Any] = {
        "number": number,
        "customer": "Acme Inc",
        "tier": "enterprise",
        "text": "It is broken",
        "priority": "normal",
        "status": "open",
        "breach": True,
        "breach_at": NOON,
        "offset": timedelta(minutes=5),
        "business_hours": True,
        "mentions": (),
        "permalink": f"https://northwind.slack.com/archives/C0ACME/p{1700000000000000 + number}",
    }
    return TicketLine(alerts=tuple(AlertView(metric=metric, **(given | changed)) for metric in metrics[:alerts]))


def ids() -> str:
    return "b1"


def shown(post: Any) -> str:
    return str(post.blocks)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_of_forty_tickets_fits_whatever_the_customer_is_called(name: str):
    lines = [a_line(number, alerts=4, customer=name, tier=name[:40]) for number in range(100_000, 100_040)]
    made = page(lines, 1, 250)
    assert checked_blocks(list(made.blocks), lambda _: ids())
    for text in (made.text, shown(made)):
        assert len(set(re.findall(r"#(1000\d\d)", text))) == 40
    assert len(made.text) < 40_000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_customers_name_pings_nobody_from_a_digest(name: str):
    lines = [a_line(number, customer=name) for number in range(1, 12)]
    for made in (page(lines, 1, 1), root(DigestView(lines=lines, pages=1))):
        for text in (made.text, shown(made)):
            assert "<!channel" not in text
            assert "<@" not in text
            assert "|click>" not in text


def test_a_root_of_ten_thousand_tickets_of_a_thousand_customers_fits():
    lines = [a_line(number, customer=f"Customer {number % 1000} {'&' * 100}") for number in range(1, 10_001)]
    made = root(DigestView(lines=lines, pages=250, link="https://sla.example.com", remark="sent up to 5 min late"))
    assert checked_blocks(list(made.blocks), lambda _: ids())
    assert "and 992 others" in shown(made)
    assert "<https://sla.example.com|open the dashboard>" in shown(made)
    assert "sent up to 5 min late" in made.text


def test_the_worst_are_missed_before_due_soon_then_by_priority_then_the_longest_wait():
    lines = [
        a_line(1, breach=False, priority="urgent"),
        a_line(2, priority="low"),
        a_line(3, priority="high", breach_at=NOON + timedelta(minutes=1)),
        a_line(4, priority="high"),
        a_line(5, priority=""),
    ]
    made = root(DigestView(lines=lines, pages=1))
    assert re.findall(r"\|#(\d)>", shown(made)) == ["4", "3", "2", "5", "1"]


def test_a_digest_mentions_each_person_once_and_never_too_many():
    lines = [a_line(number, mentions=("subteam^S0SUPPORT", f"U{number}")) for number in range(1, 101)]
    made = root(DigestView(lines=lines, pages=3))
    assert made.text.count("<!subteam^S0SUPPORT>") == 1
    assert len(re.findall(r"<@U\d+>", made.text)) == 19


def test_a_ticket_with_several_broken_promises_is_one_line():
    made = page([a_line(7, alerts=3)], 1, 1)
    assert shown(made).count("|#7>") == 1
    assert "First reply missed 5 min ago, Requester wait time missed 5 min ago" in shown(made)
