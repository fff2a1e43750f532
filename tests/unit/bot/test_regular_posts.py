"""The regular posts with the longest names that there can be, within Slack's limits and whole."""

import json

from bot.slack.regular_posts import Attained, ForgottenView, TicketLink, WeekView, forgotten, week

LINK = "https://a-workspace-with-a-very-long-name.slack.com/archives/C0123456789/p1768208400000000"


def line(number: int) -> TicketLink:
    return TicketLink(number=number, permalink=LINK, customer="&" * 300, channel="C0ACME", remark="<" * 300)


def attained(name: str, share: float | None = 0.5, before: float | None = None) -> Attained:
    return Attained(name=name, met=1, counted=2, share=share, before=before)


def a_week(**changed: object) -> WeekView:
    values: dict[str, object] = {
        "period": "5 January to 11 January",
        "total": attained(""),
        "metrics": [attained("First reply")],
        "policies": [attained("Everybody")],
        "worst": [],
        "worst_of": 0,
        "exempt": [],
        "exempt_of": 0,
    }
    return WeekView(**(values | changed))


def sections(blocks) -> list[str]:
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


def fits(blocks) -> bool:
    whole = all(len(text) <= 3000 and text.count("<https") == text.count("#") for text in sections(blocks))
    return whole and len(blocks) <= 50 and len(json.dumps(blocks)) < 13_000


def test_the_longest_week_fits_and_no_link_is_cut():
    many = [line(number) for number in range(10_000, 10_008)]
    post = week(
        a_week(
            metrics=[attained("m" * 40) for _ in range(8)],
            policies=[attained("&" * 80) for _ in range(8)],
            worst=many,
            worst_of=900,
            exempt=many,
            exempt_of=8,
        )
    )
    assert fits(post.blocks)
    assert "Missed by most (8 of 900)" in str(post.blocks)


def test_the_longest_list_of_forgotten_tickets_fits():
    post = forgotten(ForgottenView(tickets=[line(number) for number in range(10_000, 10_020)], of=1000))
    assert fits(post.blocks)
    assert post.text.endswith("#10019 and 980 more.")


def test_a_ticket_without_a_customer_and_a_link_is_named_by_its_channel():
    bare = TicketLink(number=7, permalink="", customer="", channel="C0HELP", remark="open, silent for 2 d")
    post = forgotten(ForgottenView(tickets=[bare], of=1))
    assert "#7  <#C0HELP>: open, silent for 2 d" in sections(post.blocks)


def test_the_change_since_the_week_before_has_a_direction():
    def told(share: float | None, before: float | None) -> str:
        return week(a_week(total=attained("", share, before))).text.partition(": ")[2]

    assert told(0.5, 0.25) == "50.0 % in time (1 of 2), the week before 25.0 % ↑."
    assert told(0.25, 0.5) == "25.0 % in time (1 of 2), the week before 50.0 % ↓."
    assert told(0.5, 0.5) == "50.0 % in time (1 of 2), the week before 50.0 % →."
    assert told(None, 0.5) == "nothing to count (1 of 2), the week before 50.0 %."


def test_policies_are_told_apart_only_where_there_are_several():
    assert "By policy" not in str(week(a_week()).blocks)
    assert "By policy" in str(week(a_week(policies=[attained("A"), attained("B")])).blocks)
