"""Forms, lists and notes stay within Slack's limits whatever they show; the sandbox's own rules are the judge."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.kit.blocks import check_view
from bot.sandbox.kit.content import checked_blocks
from bot.slack import thread_posts
from bot.slack.alert_posts import AlertView, alert
from bot.slack.cards import Badge, CardView, ClockView, card
from bot.slack.text import plain
from bot.slack.thread_posts import HoldOverView
from bot.slack.ticket_list import ListedTicket, ticket_list
from bot.slack.views import forms, frame

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LINK = "https://helpful.slack.com/archives/C0ACME/p1700000000000100"
LONGEST_MESSAGE = "<&>" * 14_000
HOSTILE = st.lists(
    st.sampled_from(
        (
            *("<!channel>", "<!here>", "<!everyone>", "<!subteam^S0BOSS>", "<@U0BOSS>", "<#C0SECRET>", "&lt;!here&gt;"),
            *("<https://evil.example|your bank>", "https://evil.example", "<mailto:a@b.c|x>", "<!date^0^{date}|x>"),
            *(
                "<",
                ">",
                "&",
                "|",
                "\u202e",
                "\u2066",
                "\u200b",
                "\x00",
                "\x1b[31m",
                "`",
                "```",
                "*",
                "_",
                "~",
                "\n",
                "x",
            ),
        )
    )
    | st.text(max_size=5),
    max_size=20,
).map("".join)


def every_form(subject):
    return [
        forms.hold(999_999_999, subject, NOON, reason=subject),
        forms.snooze(999_999_999, subject, NOON, is_snoozed=True),
        forms.note(999_999_999, subject, NOON),
        forms.priority(999_999_999, subject, NOON, present="urgent"),
        forms.status(999_999_999, subject, NOON, present="new"),
        forms.merge(999_999_999, subject, NOON),
    ]


def listed(number=1, subject="It is broken", **changed):
    values = {"status": "open", "priority": "normal", "assignee": "U0ADA", "due_at": NOON, "is_late": False}
    return ListedTicket(number=number, permalink=LINK, subject=subject, **values | changed)


def a_card(**changed):
    clock = ClockView(
        metric="first_reply_time",
        stage="active",
        outcome="open",
        breached=False,
        business_hours=True,
        breach_at=NOON,
    )
    values = {"text": "It is broken", "requester": "Carl", "customer": "Acme", "tier": "gold", "policy": "Standard"}
    fixed = {"status": "hold", "hold_until": NOON, "snoozed_until": NOON, "snoozed_by": "U0ADA", "permalink": LINK}
    return card(
        CardView(
            number=42,
            badge=Badge.ACTIVE,
            channel="C0ACME",
            file_names=("a.png",),
            priority="normal",
            assignee="",
            clocks=(clock,),
            **values | fixed | changed,
        )
    )


def an_alert(**changed):
    values = {"customer": "Acme", "tier": "gold", "text": "It is broken", "absent": "Ben"}
    return alert(
        AlertView(
            number=42,
            priority="normal",
            status="open",
            metric="first_reply_time",
            breach=False,
            breach_at=NOON,
            offset=timedelta(minutes=12),
            business_hours=True,
            mentions=(),
            permalink=LINK,
            **values | changed,
        )
    )


def sendable(post):
    checked_blocks([dict(block) for block in post.blocks], lambda prefix: prefix)
    assert post.text.strip()
    assert len(post.text) <= 40_000
    return post


def markup(value):
    """Every piece of Slack's markup in blocks: what is not rich text or plain text."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            assert value["verbatim"] is True
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from markup(item)


def tokens(*texts):
    return {token for text in texts for token in re.findall(r"<[^<>]*>", text)}


@pytest.mark.parametrize("subject", ["", "It is broken", LONGEST_MESSAGE, "\n" * 500])
def test_every_form_is_one_that_slack_takes(subject):
    for view in every_form(plain(subject)):
        check_view(view, "modal")
        assert len(view["title"]["text"]) <= 24


def test_every_other_modal_is_one_that_slack_takes():
    for title in forms.TITLES.values():
        for view in (frame.loading(title), frame.working(title), frame.said(title, "x" * 5000)):
            check_view(view, "modal")


@given(text=HOSTILE)
def test_nothing_that_a_customer_wrote_is_markup_in_a_form(text):
    for view in every_form(plain(text)):
        check_view(view, "modal")
        assert list(markup(view["blocks"])) == []


def test_a_list_of_a_hundred_tickets_with_the_longest_words_is_one_that_slack_takes():
    longest = [listed(number, LONGEST_MESSAGE, snoozed=True, is_late=True) for number in range(100)]
    post = sendable(ticket_list("100 open tickets", longest[:15], more=85))
    assert "… and 85 more" in post.text


@given(text=HOSTILE, name=HOSTILE)
def test_what_customers_wrote_pings_nobody_and_breaks_no_layout(text, name):
    text, name = plain(text), plain(name)
    ours = re.compile(rf"<!date\^|<{re.escape(LINK)}\||<#C0ACME>|<@U0ADA>")
    pairs = (
        (a_card(text=text, requester=name, customer=name, tier=name, hold_reason=text), a_card(hold_reason="x")),
        (an_alert(text=text, customer=name, tier=name), an_alert()),
        (ticket_list("1 ticket", [listed(subject=text)]), ticket_list("1 ticket", [listed()])),
        (thread_posts.note(42, name, text), thread_posts.note(42, "Ada", "It is broken")),
        (
            thread_posts.hold_over(HoldOverView(number=42, permalink=LINK, reason=text, assignee="U0ADA")),
            thread_posts.hold_over(HoldOverView(number=42, permalink=LINK, reason="x", assignee="U0ADA")),
        ),
    )
    for post, harmless in pairs:
        shown = list(markup(sendable(post).blocks))
        assert all(ours.match(token) for token in tokens(post.text, *shown))
        for sign in "*`~":
            wanted = sum(piece.count(sign) for piece in markup(harmless.blocks))
            assert sum(piece.count(sign) for piece in shown) == wanted


@given(name=HOSTILE)
def test_a_memory_that_we_did_not_write_names_no_ticket(name):
    assert frame.remembered(name, NOON) is None


def test_a_memory_is_worth_reading_for_half_a_day():
    memory = frame.remember(42, NOON)
    assert frame.remembered(memory, NOON) == 42
    assert frame.remembered(memory, NOON + timedelta(hours=12)) == 42
    assert frame.remembered(memory, NOON + timedelta(hours=12, seconds=1)) is None
    assert frame.remembered(memory, NOON - timedelta(hours=1)) is None


@pytest.mark.parametrize(
    "state",
    [
        None,
        "x",
        {"values": "x"},
        {"values": {"a": "x"}},
        {"values": {"a": {"b": None}}},
        {"values": {"a": {"b": {"value": None, "selected_option": None}}}},
        {"values": {"a": {"b": {"value": "   "}}}},
    ],
)
def test_what_was_filled_in_may_have_any_shape(state):
    assert frame.filled_in({"state": state}) == {}


@pytest.mark.parametrize("value", ["", "x", "-1", "²", "99999999999"])
def test_a_moment_that_was_not_picked_is_none(value):
    assert frame.moment(value) is None
