"""App Home and its modals stay within Slack's limits whatever they show; the sandbox's own rules are the judge."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.kit.blocks import check_view
from bot.slack.cards import Badge
from bot.slack.home import modals
from bot.slack.home.frame import Frame, Page
from bot.slack.home.modals import AgentsForm, Blank, ChannelForm, ClosingForm, Moved, TemplateForm
from bot.slack.home.queue import Kept, QueueView, Show, TicketList, Today, queue_home
from bot.slack.home.setup import (
    ChannelLine,
    HoursLine,
    PolicyLine,
    PolicyList,
    Saved,
    SetupView,
    Step,
    TemplateLine,
    setup_home,
)
from bot.slack.home.ticket_lines import TicketLine, ticket_line
from bot.slack.home.welcome import welcome_home

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LONGEST = "<&>" * 700
ADMIN = Frame(page=Page.SETUP, pages=True, said="✅ " + "x" * 5000)


def a_line(**changed):
    values = {
        "number": 42,
        "badge": Badge.ACTIVE,
        "subject": "It is broken",
        "customer": "Acme Inc",
        "tier": "enterprise",
        "priority": "normal",
        "status": "open",
        "assignee": "U0ANA",
        "metric": "first_reply_time",
        "breach_at": NOON,
        "thread_url": "https://helpful.slack.com/archives/C0ACME/p1700000000000100",
        "card_url": "https://helpful.slack.com/archives/C0TRIAGE/p1700000000000200",
    }
    return TicketLine(**values | changed)


def a_setup(**changed):
    values = {
        "frame": ADMIN,
        "steps": [],
        "user_groups": ["S0SUPPORT"],
        "users": [],
        "home_workspace": True,
        "admins": ["U0CLEO"],
        "alert_channel": "C0TRIAGE",
        "other_alert_channels": [],
        "channels": [],
        "hours": [],
        "policies": PolicyList(lines=[], looked_at=0, unmatched=0, clipped=False),
        "templates": [],
        "saved": Saved(version=1, at=NOON, who=""),
    }
    return SetupView(**values | changed)


def words(block):
    """The texts of a ticket's line, links and all."""
    return [one.get("text", "") for one in block["elements"][0]["elements"]]


def test_two_long_lists_of_tickets_with_the_longest_names_fit_into_a_home():
    line = a_line(subject=LONGEST, customer=LONGEST, tier=LONGEST)
    lists = [TicketList(title="Mine", lines=[line] * 30, total=999, none="") for _ in range(2)]
    kept = [Kept(label=f"Kind {n}", met=n, missed=10**6) for n in range(5)]
    view = QueueView(
        frame=Frame(page=Page.QUEUE, pages=True, said="x" * 4000),
        lists=lists,
        today=Today(time_zone="America/Argentina/ComodRivadavia", kept=kept),
        show=Show.BOTH,
        priority="urgent",
    )
    built = check_view(queue_home(view), "home")
    assert len(built["blocks"]) < 100
    assert "… and 969 more" in str(built)


def test_everything_of_the_set_up_at_its_longest_and_most_fits_into_a_home():
    view = a_setup(
        steps=[Step(what=LONGEST, todo=LONGEST)] * 30,
        user_groups=[f"S{n}" for n in range(100)],
        users=[f"U{n}" for n in range(300)],
        admins=[f"U{n}" for n in range(300)],
        other_alert_channels=[f"C{n}" for n in range(300)],
        channels=[ChannelLine(channel="C1", customer=LONGEST, tier=LONGEST, details=[LONGEST] * 4)] * 300,
        hours=[
            HoursLine(
                name="n" * 80, time_zone="z" * 90, is_open=True, until=NOON, closed_by="U0CLEO", closes_today=False
            )
        ]
        * 200,
        policies=PolicyList(
            lines=[PolicyLine(title=LONGEST, tickets=10**6, met=10**6, missed=10**6)] * 300,
            looked_at=10**6,
            unmatched=10**5,
            clipped=True,
        ),
        saved=Saved(version=10**6, at=NOON, who=LONGEST),
    )
    built = check_view(setup_home(view), "home")
    assert len(built["blocks"]) <= 100
    assert "… and 275 more" in str(built)


def test_an_empty_start_fits_too_and_shows_no_policies():
    templates = [TemplateLine(name=f"t{n}", title=LONGEST, summary=LONGEST) for n in range(4)]
    built = check_view(setup_home(a_setup(templates=templates, alert_channel="", users=[], user_groups=[])), "home")
    assert "Policies, in their order" not in str(built)
    assert "none: nobody is alerted" in str(built)


def test_what_a_guest_sees_is_the_same_for_everybody():
    assert check_view(welcome_home(), "home") == welcome_home()


@settings(max_examples=60)
@given(
    subject=st.text(max_size=400)
    | st.sampled_from(["<!channel>", "*b*", "<@U1>", "https://evil.example", "\u202eabc"]),
    customer=st.text(max_size=200),
    tier=st.text(max_size=200),
)
def test_a_tickets_words_are_text_elements_that_cannot_ping_link_or_be_set_in_bold(subject, customer, tier):
    built = ticket_line(a_line(subject=subject, customer=customer, tier=tier))
    check_view({"type": "home", "blocks": [built]}, "home")
    kinds = {one["type"] for one in built["elements"][0]["elements"]}
    assert kinds <= {"text", "link", "user", "date"}
    links = [one["url"] for one in built["elements"][0]["elements"] if one["type"] == "link"]
    assert all(link.startswith("https://helpful.slack.com/archives/") for link in links)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "First reply due "),
        ({"badge": Badge.BREACHED}, "First reply missed, was due "),
        ({"badge": Badge.PAUSED, "breach_at": None, "metric": ""}, "paused"),
        ({"badge": Badge.MET, "breach_at": None, "metric": ""}, "no deadline"),
        ({"subject": " \n "}, "\n(no text)\n"),
        ({"priority": "", "status": "new"}, " · no priority · new · "),
        ({"assignee": ""}, "nobody yet"),
        ({"thread_url": "", "card_url": ""}, "#42 Acme Inc (enterprise)"),
    ],
)
def test_a_ticket_says_what_there_is_to_know(changed, said):
    assert said in words(ticket_line(a_line(**changed)))


def test_a_ticket_without_addresses_has_no_links():
    built = ticket_line(a_line(thread_url="", card_url=""))
    assert [one for one in built["elements"][0]["elements"] if one["type"] == "link"] == []


@pytest.mark.parametrize(
    "view",
    [
        modals.agents_modal(
            AgentsForm(
                users=[f"U{n}" for n in range(400)],
                user_groups=["S1", "S2"],
                known_groups=[(LONGEST, f"S{n}") for n in range(300)],
                home_workspace=True,
                memory="m" * 100,
            )
        ),
        modals.agents_modal(AgentsForm(users=[], user_groups=[], known_groups=[], home_workspace=False, memory="")),
        modals.alert_channel_modal("C0TRIAGE", ""),
        modals.channel_modal(
            ChannelForm(
                channel="C0ACME",
                customer=LONGEST,
                tier=LONGEST,
                open_by="reaction",
                schedule="s" * 80,
                group="g" * 80,
                schedules=["s" * 80, *(f"s{n}" for n in range(200))],
                groups=["g" * 80, *(f"g{n}" for n in range(200))],
                memory="",
            )
        ),
        modals.closing_modal(
            ClosingForm(
                schedule="s" * 80,
                time_zone="America/Argentina/ComodRivadavia",
                moved=[
                    Moved(number=10**8, metric="total_resolution_time", before=NOON, after=NOON + timedelta(days=n))
                    for n in range(5)
                ],
                total=10**6,
                memory="",
            )
        ),
        modals.template_modal(
            TemplateForm(
                title=LONGEST,
                summary=LONGEST,
                blanks=[Blank(name=f"b{n}", label=LONGEST, is_channel=n % 2 == 0, example="x" * 80) for n in range(12)],
                memory="",
            )
        ),
    ],
    ids=["agents", "no agents", "alert channel", "channel", "closing", "template"],
)
def test_every_modal_is_within_slacks_limits(view):
    assert check_view(view, "modal") is view


def test_closing_moves_nothing_where_nothing_is_open():
    form = ClosingForm(schedule="office", time_zone="UTC", moved=[], total=0, memory="")
    assert "No open deadline moves." in str(modals.closing_modal(form))
