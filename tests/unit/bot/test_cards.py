"""Cards and alerts stay within Slack's limits whatever they show; the sandbox's own Block Kit rules are the judge."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.kit.blocks import check_blocks
from bot.sandbox.kit.content import checked_blocks
from bot.sandbox.kit.surface import Surface
from bot.slack import blocks
from bot.slack.alert_posts import AlertView, alert
from bot.slack.cards import Badge, CardView, ClockView, card
from bot.slack.text import plain

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LONGEST_MESSAGE = "<&>" * 14_000
LONGEST_NAME = "&" * 2000


def a_clock(**changed):
    values = {
        "metric": "requester_wait_time",
        "stage": "active",
        "outcome": "open",
        "breached": False,
        "business_hours": True,
        "breach_at": NOON,
    }
    return ClockView(**values | changed)


def a_card(**changed):
    values = {
        "number": 42,
        "badge": Badge.ACTIVE,
        "customer": "Acme Inc",
        "tier": "enterprise",
        "channel": "C0ACME",
        "requester": "Carl",
        "text": "It is broken",
        "file_names": (),
        "status": "new",
        "priority": "normal",
        "assignee": "",
        "policy": "Standard",
        "permalink": "https://helpful.slack.com/archives/C0ACME/p1700000000000100",
        "clocks": (a_clock(),),
    }
    return CardView(**values | changed)


def an_alert(**changed):
    values = {
        "number": 42,
        "customer": "Acme Inc",
        "tier": "enterprise",
        "text": "It is broken",
        "priority": "normal",
        "status": "open",
        "metric": "first_reply_time",
        "breach": False,
        "breach_at": NOON,
        "offset": timedelta(minutes=12),
        "business_hours": False,
        "mentions": (),
        "permalink": "https://helpful.slack.com/archives/C0ACME/p1700000000000100",
    }
    return AlertView(**values | changed)


def sendable(post):
    """What Slack would take: blocks within its limits, and words for those who see no blocks."""
    checked_blocks([dict(block) for block in post.blocks], lambda prefix: prefix)
    assert post.text.strip()
    assert len(post.text) <= 40_000
    return post


def texts(value):
    """Every piece of Slack's markup in the blocks of a post."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def half_tokens(post):
    """Angle brackets that belong to no whole token: what a cut through the middle of one leaves."""
    whole = re.compile(r"<[^<>]+>")
    return [text for text in (*texts(post.blocks), post.text) if set(whole.sub("", text)) & set("<>")]


def test_the_longest_of_everything_makes_a_card_that_slack_takes():
    metrics = ("first_reply_time", "next_reply_time", "periodic_update_time", "pausable_update_time")
    metrics += ("requester_wait_time", "agent_work_time", "total_resolution_time", "group_ownership_time")
    drawn = card(
        a_card(
            number=999_999_999,
            customer=LONGEST_NAME,
            tier=LONGEST_NAME,
            requester=LONGEST_NAME,
            text=LONGEST_MESSAGE,
            file_names=("&" * 255,) * 10,
            policy=LONGEST_NAME,
            assignee="U0123456789",
            permalink=f"https://{'x' * 60}.enterprise.slack.com/archives/C0123456789/p1700000000000100",
            clocks=tuple(a_clock(metric=metric) for metric in metrics),
        )
    )
    assert half_tokens(sendable(drawn)) == []


def test_the_longest_of_everything_makes_an_alert_that_slack_takes():
    drawn = alert(
        an_alert(
            number=999_999_999,
            customer=LONGEST_NAME,
            tier=LONGEST_NAME,
            text=LONGEST_MESSAGE,
            breach=True,
            mentions=tuple(f"U{number:010}" for number in range(50)),
            late=timedelta(days=9, hours=23),
            late_because="&" * 500,
            instead_of="&" * 500,
        )
    )
    assert half_tokens(sendable(drawn)) == []
    assert drawn.text.endswith("<@U0000000049>")
    assert next(texts(drawn.blocks)).endswith("<@U0000000049>")


def test_a_very_large_group_makes_an_alert_without_half_a_mention():
    drawn = sendable(alert(an_alert(mentions=tuple(f"U{number:010}" for number in range(1000)))))
    assert half_tokens(drawn) == []
    assert drawn.text.count("<@U") == 100
    assert drawn.text.endswith("<@U0000000099> and 900 more")


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_a_ticket_without_words_has_a_card_and_alerts_all_the_same(text):
    drawn = sendable(card(a_card(text=text, file_names=("screen.png",) if not text else ())))
    assert "#42 Acme Inc (enterprise)" in drawn.text
    assert "#42 Acme Inc (enterprise)" in sendable(alert(an_alert(text=text))).text


def test_a_card_without_anything_known_is_still_one():
    drawn = card(
        a_card(
            customer="",
            tier="",
            requester="",
            text="",
            priority="",
            policy="",
            permalink="",
            clocks=(),
            badge=Badge.NO_SLA,
        )
    )
    assert "Unknown customer" in sendable(drawn).text


@pytest.mark.parametrize("badge", Badge)
@pytest.mark.parametrize("status", ["new", "open", "pending", "hold", "solved", "closed"])
def test_every_state_has_a_card_with_its_badge_in_words(badge, status):
    drawn = sendable(card(a_card(badge=badge, status=status)))
    assert drawn.text.lower().startswith(badge.lower())


@pytest.mark.parametrize(
    ("clock", "line"),
    [
        (a_clock(), "⏱️ *Requester wait time*  due <!date^1767614400^"),
        (a_clock(breached=True), "🔴 *Requester wait time*  missed, was due <!date^1767614400^"),
        (
            a_clock(stage="paused", breach_at=None, remaining=timedelta(minutes=95)),
            "⏸️ *Requester wait time*  paused, 1 h 35 min left",
        ),
        (
            a_clock(stage="fulfilled", outcome="met", breach_at=None, elapsed=timedelta(minutes=7)),
            "✅ *Requester wait time*  met in 7 min",
        ),
        (
            a_clock(stage="fulfilled", outcome="missed", breach_at=None, elapsed=timedelta(hours=30)),
            "❌ *Requester wait time*  missed, took 1 d 6 h",
        ),
    ],
)
def test_a_clock_reads_as_what_it_does(clock, line):
    assert any(text.startswith(line) for text in texts(sendable(card(a_card(clocks=(clock,)))).blocks))


def test_people_who_hear_of_an_alert_are_mentioned_in_what_everybody_sees_and_in_its_text():
    drawn = sendable(alert(an_alert(mentions=("U0ADA", "subteam^S0SUPPORT"))))
    assert drawn.text.endswith("<@U0ADA> <!subteam^S0SUPPORT>")
    assert any("<@U0ADA> <!subteam^S0SUPPORT>" in text for text in texts(drawn.blocks))


def test_an_alert_says_what_and_when_and_how_late_it_comes():
    soon, missed = alert(an_alert()), alert(an_alert(breach=True, late=timedelta(minutes=5)))
    assert soon.text.startswith("First reply due in 12 min: #42 Acme Inc (enterprise) (Due <!date^1767614400^")
    assert missed.text.startswith("First reply missed 12 min ago: #42 Acme Inc (enterprise)")
    assert "sent 5 min late" in missed.text


HOSTILE = st.lists(
    st.sampled_from(["<!channel>", "<@U0BOSS>", "&lt;!here&gt;", "<", ">", "&", "|", "\u202e", "`", "*", "\n", "x"])
    | st.text(max_size=5),
    max_size=20,
).map("".join)


@given(text=HOSTILE, name=HOSTILE)
def test_what_customers_wrote_pings_nobody_and_breaks_nothing(text, name):
    posts = (
        card(a_card(text=plain(text), requester=plain(name), customer=plain(name), policy=plain(name))),
        alert(an_alert(text=plain(text), customer=plain(name))),
    )
    for post in posts:
        assert half_tokens(sendable(post)) == []
        tokens = {token for text in (*texts(post.blocks), post.text) for token in re.findall(r"<[^<>]+>", text)}
        assert all(token.startswith(("<!date^", "<https://helpful.slack.com/", "<#C0ACME>")) for token in tokens)


@pytest.mark.parametrize(
    "block",
    [
        blocks.header("x" * 500),
        blocks.section("x" * 5000),
        blocks.fields(["x" * 3000] * 20),
        blocks.context("x" * 5000),
        blocks.quote("x" * 9000),
        blocks.quote(""),
        blocks.actions([blocks.button("x" * 200, action="a", value="1", style="danger")], block_id="b"),
        blocks.actions(
            [blocks.menu("x" * 200, action="m", options=[("x" * 99, str(n)) for n in range(150)])], block_id="b"
        ),
    ],
)
def test_every_piece_is_cut_to_slacks_limits(block):
    check_blocks([block], Surface.MESSAGE)
