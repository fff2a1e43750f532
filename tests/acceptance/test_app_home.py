"""App Home: what an agent, an admin, a customer and a guest see there, and when it is published."""

import pytest

from bot.clock import ManualClock
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, opened, until
from tests.support.homes import choose, forged_action, open_home, press, shown, view

WELCOME = "Write in your support channel as you always do"


def headings(desk: Desk, user: str) -> list[str]:
    published = view(desk, user)
    assert published is not None
    return [block["text"]["text"] for block in published["blocks"] if block["type"] == "header"]


def published(desk: Desk, user: str) -> int:
    """How often somebody's home was published."""
    return sum(1 for call in desk.calls("views.publish") if call["args"]["user_id"] == user and call["ok"])


async def test_an_agent_sees_their_own_tickets_and_the_teams_the_next_deadline_first(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=5)
    await desk.post("U0SAM", "production down")
    await desk.pass_time(minutes=5)
    await desk.post("U0HANK", "Where is the invoice?", channel="C0GLOBEX")
    await desk.click("U0ANA", "Claim", 1)
    seen = (await open_home(desk, "U0ANA")).splitlines()
    assert seen[seen.index("Mine (1)") :] == [
        "Mine (1)",
        "🔵 #1 Acme Inc (enterprise) · normal · open · U0ANA",
        "The export is empty",
        "First reply due 2026-01-12 10:00 UTC · card",
        "The team's (2)",
        "🔵 #2 Acme Inc (enterprise) · urgent · new · nobody yet",
        "production down",
        "First reply due 2026-01-12 09:25 UTC · card",
        "🔵 #3 Globex · normal · new · nobody yet",
        "Where is the invoice?",
        "First reply due 2026-01-12 10:10 UTC · card",
    ]


async def test_a_ticket_links_to_its_thread_and_to_its_card(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await open_home(desk, "U0ANA")
    links = [
        element["url"]
        for block in (view(desk, "U0ANA") or {})["blocks"]
        if block["type"] == "rich_text"
        for element in block["elements"][0]["elements"]
        if element["type"] == "link"
    ]
    assert [link.partition("/archives/")[2] for link in links] == [
        f"C0ACME/p{ts.replace('.', '')}",
        f"{TRIAGE}/p{desk.card_ts().replace('.', '')}",
    ]


async def test_what_a_customer_wrote_is_plain_text_in_the_home(desk: Desk):
    await desk.post("U0RITA", "<!channel> *bold* <@U0BEN> `code` & <https://evil.example|click>")
    await open_home(desk, "U0ANA")
    (line,) = [block for block in (view(desk, "U0ANA") or {})["blocks"] if block["type"] == "rich_text"]
    texts = [one["text"] for one in line["elements"][0]["elements"] if one["type"] == "text"]
    assert "\n@channel *bold* @U0BEN `code` & click (https://evil.example)\n" in texts


@pytest.mark.parametrize(
    ("chosen", "lists", "numbers"),
    [
        ("both", ["Mine (1)", "The team's (2)"], ["#1", "#2", "#3"]),
        ("mine", ["Mine (1)"], ["#1"]),
        ("team", ["All of the team (3)"], ["#2", "#1", "#3"]),
        ("unassigned", ["Nobody's yet (2)"], ["#2", "#3"]),
        ("late", ["Late (1)"], ["#2"]),
        ("a list that there is not", ["Mine (1)", "The team's (2)"], ["#1", "#2", "#3"]),
    ],
)
async def test_a_filter_shows_some_of_the_tickets(desk: Desk, chosen, lists, numbers):
    await _three_tickets(desk)
    await open_home(desk, "U0ANA")
    if chosen == "a list that there is not":
        menu = {"action_id": "home_show", "type": "static_select", "selected_option": {"value": chosen}}
        await forged_action(desk, "U0ANA", menu)
    else:
        await choose(desk, "U0ANA", "home_show", chosen)
    assert [heading for heading in headings(desk, "U0ANA") if "(" in heading] == lists
    assert _numbers(desk, "U0ANA") == numbers


async def test_a_priority_can_be_chosen_beside_the_list_and_is_remembered(desk: Desk):
    await _three_tickets(desk)
    await open_home(desk, "U0ANA")
    await choose(desk, "U0ANA", "home_show", "team")
    await choose(desk, "U0ANA", "home_priority", "urgent")
    assert _numbers(desk, "U0ANA") == ["#2"]
    await open_home(desk, "U0ANA")
    assert _numbers(desk, "U0ANA") == ["#2"]
    await choose(desk, "U0ANA", "home_priority", "any")
    assert _numbers(desk, "U0ANA") == ["#2", "#1", "#3"]


async def test_todays_promises_are_counted_by_kind_and_instance_by_instance(desk: Desk):
    first = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:20")
    await desk.post("U0ANA", "Which one?", thread=first)
    await desk.post("U0RITA", "The nightly one", thread=first)
    await desk.post("U0HANK", "Where is the invoice?", channel="C0GLOBEX")
    await desk.at("11:30")
    seen = await open_home(desk, "U0ANA")
    assert "*Today*  1 of 3 promises kept (33.3 %)" in seen
    assert "*First reply*\n1 met · 1 missed" in seen
    assert "*Next reply*\n0 met · 1 missed" in seen
    assert "Resolution" not in seen
    await desk.at("tue 09:00")
    assert "no promise has been kept or broken yet" in await open_home(desk, "U0ANA")


@pytest.mark.parametrize("user", ["U0MILTON", "U0DORA"], ids=["a guest", "a colleague who asks"])
async def test_whoever_is_not_of_the_team_sees_what_this_is_and_nothing_internal(desk: Desk, user):
    await desk.post("U0RITA", "The export is empty")
    seen = await open_home(desk, user)
    assert WELCOME in seen
    assert not any(word in seen for word in ("export", "Acme", "#1", "[", "triage"))


async def test_somebody_of_another_company_gets_no_home(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    opened_by_rita = {"type": "app_home_opened", "user": "U0RITA", "tab": "home", "channel": "D1", "event_ts": "1.1"}
    await desk.raw_event(opened_by_rita)
    assert desk.calls("views.publish") == []


async def test_an_agent_who_is_not_an_admin_has_no_set_up_page_however_they_ask(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    assert "Set-up" not in await open_home(desk, "U0ANA")
    await forged_action(desk, "U0ANA", {"action_id": "home_page_setup", "type": "button", "value": "setup"})
    seen = shown(desk, "U0ANA")
    assert "Mine (0)" in seen
    assert "Support hours" not in seen


async def test_the_pages_of_an_admin(desk: Desk):
    assert "Mine (0)" in await open_home(desk, "U0CLEO")
    await press(desk, "U0CLEO", "home_page_setup")
    assert headings(desk, "U0CLEO") == [
        "People and places",
        "Support hours",
        "Customers and channels (3)",
        "Policies, in their order",
    ]
    assert "Support hours" in await open_home(desk, "U0CLEO"), "the page is remembered"
    await press(desk, "U0CLEO", "home_page_queue")
    assert "Mine (0)" in shown(desk, "U0CLEO")


async def test_a_change_is_shown_at_most_once_a_minute_and_only_to_those_who_have_opened_it(desk: Desk):
    await open_home(desk, "U0ANA")
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0HANK", "Where is the invoice?", channel="C0GLOBEX")
    assert published(desk, "U0ANA") == 1
    await desk.pass_time(minutes=1)
    assert published(desk, "U0ANA") == 2
    assert "The team's (2)" in shown(desk, "U0ANA")
    assert published(desk, "U0BEN") == 0
    await desk.pass_time(minutes=20)
    assert published(desk, "U0ANA") == 2, "nothing that it shows has changed"


async def test_a_breach_is_shown_without_being_asked_for(desk: Desk):
    await open_home(desk, "U0ANA")
    await desk.post("U0SAM", "production down")
    await desk.at("09:30")
    assert "🔴 #1 Acme Inc (enterprise)" in shown(desk, "U0ANA")
    assert "First reply missed, was due 2026-01-12 09:20 UTC" in shown(desk, "U0ANA")


async def test_a_home_that_slack_does_not_take_is_tried_again(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.faults.calls("status", method="views.publish", status=503, count=3)
    assert await open_home(desk, "U0ANA") == ""
    await desk.pass_time(minutes=10)
    assert "The team's (1)" in shown(desk, "U0ANA")
    assert len(desk.calls("views.publish")) == 4


async def test_while_slack_limits_the_rate_a_home_waits_as_long_as_slack_says(desk: Desk):
    desk.sandbox.faults.calls("rate_limit", method="views.publish", seconds=120, count=1)
    await open_home(desk, "U0ANA")
    await desk.pass_time(seconds=110)
    assert len(desk.calls("views.publish")) == 1
    await desk.pass_time(seconds=30)
    assert published(desk, "U0ANA") == 1


async def test_somebody_who_is_an_agent_no_longer_is_shown_nothing_internal_at_the_next_look(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    assert "The team's (1)" in await open_home(desk, "U0BEN")
    desk.sandbox.directory.set_group_users("S0SUPPORT", ["U0ANA"])
    await desk.post("U0SAM", "The import is full")
    await desk.pass_time(minutes=1)
    assert WELCOME in shown(desk, "U0BEN")


async def test_over_a_hundred_tickets_are_clipped_and_counted(desk_database: str):
    config = CONFIG.replace("name: Acme Inc, tier: enterprise", f"name: '{'&<>' * 660}', tier: {'t' * 1900}")
    config = config.replace("channels:\n  C0HELP", "channels:\n  defaults: {group_messages_within: off}\n  C0HELP")
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        for number in range(104):
            desk.sandbox.act.post("C0ACME", "U0RITA", f"{number} " + "<&> and so on " * 280)
        await desk.settle()
        await open_home(desk, "U0ANA")
        await choose(desk, "U0ANA", "home_show", "team")
        found = view(desk, "U0ANA")
        assert found is not None
        assert headings(desk, "U0ANA")[-1] == "All of the team (104)"
        assert "… and 44 more" in shown(desk, "U0ANA")
        assert len(found["blocks"]) <= 100
        assert all(call["ok"] for call in desk.calls("views.publish"))


async def test_over_socket_mode_or_http_a_home_is_published_and_kept_up_by_the_bot_itself(live_desk: Desk):
    live_desk.sandbox.ui.open_home("U0ANA", live_desk.stage.world.app)
    await until(lambda: "Mine (0)" in shown(live_desk, "U0ANA"))
    live_desk.sandbox.act.post("C0ACME", "U0RITA", "The export is empty")
    await until(lambda: "The team's (1)" in shown(live_desk, "U0ANA"))
    home = (view(live_desk, "U0ANA") or {})["id"]
    while not (await live_desk.sandbox.ui.choose_view("U0ANA", home, "home_show", "unassigned"))["acked"]:
        pass  # three seconds are short on a clock that runs fast: people choose again
    await until(lambda: "Nobody's yet (1)" in shown(live_desk, "U0ANA"))


async def _three_tickets(desk: Desk) -> None:
    """Ana's, an urgent one that is late, and Hank's."""
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Claim", 1)
    await desk.post("U0SAM", "production down")
    await desk.at("09:25")
    await desk.post("U0HANK", "Where is the invoice?", channel="C0GLOBEX")


def _numbers(desk: Desk, user: str) -> list[str]:
    return [
        element["text"].split()[0]
        for block in (view(desk, user) or {})["blocks"]
        if block["type"] == "rich_text"
        for element in block["elements"][0]["elements"][1:2]
    ]


async def test_what_changed_while_the_bot_was_away_is_shown_when_it_is_back(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    assert "nobody yet" in await open_home(desk, "U0ANA")
    await desk.stop_bot()
    desk.sandbox.act.post("C0GLOBEX", "U0HANK", "Where is the invoice?")
    await desk.start_bot()
    await desk.pass_time(minutes=2)
    assert "The team's (2)" in shown(desk, "U0ANA")


async def test_while_the_token_is_revoked_nothing_is_published(desk: Desk):
    await open_home(desk, "U0ANA")
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.apps.revoke_token(desk.stage.world.app, "T0HOME")
    await desk.pass_time(minutes=10)
    assert len(desk.calls("views.publish")) == 1


async def test_the_messages_tab_and_an_event_without_a_person_publish_nothing(desk: Desk):
    await desk.raw_event(
        {"type": "app_home_opened", "user": "U0ANA", "tab": "messages", "event_ts": "1768209999.000001"}
    )
    await desk.raw_event({"type": "app_home_opened", "tab": "home", "event_ts": "1768209999.000002"})
    assert desk.calls("views.publish") == []


async def test_somebody_who_has_left_the_workspace_is_forgotten(desk: Desk):
    await open_home(desk, "U0BEN")
    desk.sandbox.faults.calls("error", method="views.publish", error="user_not_found", count=1)
    await desk.post("U0RITA", "The export is empty")
    await desk.pass_time(minutes=30)
    assert len(desk.calls("views.publish")) == 2
