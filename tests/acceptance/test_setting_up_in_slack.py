"""The set-up in App Home: what an admin can change there, what is saved of it, and that nobody else can."""

import json

import pytest

from bot.clock import ManualClock
from store import audit, rules
from tests.support.desk import CONFIG, MONDAY, TRIAGE, Desk, opened
from tests.support.homes import (
    choose,
    forged_action,
    forged_form,
    modal_of,
    modal_text,
    open_home,
    press,
    shown,
    submit,
    view,
)

ONLY_ADMINS = "Only an admin of Threadline can do that."
JUDGED = (
    "What each would have done with {} of the last 30 days. The first that matches applies. They are edited in the "
    "file (`threadline apply`) or over REST."
)
NOTED = "Noted. One moment …"
CHANGES = ("setup_agents", "setup_alert_channel", "setup_channel", "setup_close_today", "setup_template")


async def set_up(desk: Desk, user: str = "U0CLEO") -> str:
    """An admin opens the set-up page."""
    await open_home(desk, user)
    await press(desk, user, "home_page_setup")
    return shown(desk, user)


async def version(desk: Desk) -> int | None:
    return await desk.bot.db.read(lambda conn: rules.current_version(conn, "T0HOME"))


async def document(desk: Desk) -> dict:
    stored = await desk.bot.db.read(lambda conn: rules.current(conn, "T0HOME"))
    assert stored is not None
    return stored.document


async def changes_by_people(desk: Desk) -> list[tuple]:
    entries = await desk.bot.db.read(lambda conn: audit.listing(conn, "T0HOME"))
    return [(one.who, one.action, f"{one.at:%H:%M}") for one in reversed(entries)]


async def test_the_page_says_how_everything_is_set_up(desk: Desk):
    seen = (await set_up(desk)).splitlines()
    assert seen == [
        " [Tickets] [Set-up]",
        "✅ Nothing is missing.",
        "People and places",
        "*Agents*",
        "<!subteam^S0SUPPORT>; in shared channels also everybody of your workspace who is not a guest [Edit]",
        "*Alert channel*",
        "<#C0TRIAGE> [Change]",
        "Admins, who may change this page: <@U0CLEO>. They are named in the file.",
        "Support hours",
        "*office* (UTC)",
        "Open until 2026-01-12 12:00 UTC [Close today]",
        "Customers and channels (3)",
        "<#C0HELP>  _of no customer_ [Edit]",
        "<#C0ACME>  Acme Inc (enterprise) [Edit]",
        "<#C0GLOBEX>  Globex [Edit]",
        " [Set up a channel …]",
        "Policies, in their order",
        "1. *Everybody*  no ticket",
        JUDGED.format("0 tickets"),
        "Version 1 of the configuration, saved from the file 2026-01-12 08:59 UTC.",
    ]


async def test_support_hours_say_when_they_open_again(desk: Desk):
    await desk.at("18:00")
    assert "Closed until 2026-01-13 09:00 UTC" in await set_up(desk)
    assert "[Close today]" not in shown(desk, "U0CLEO")


async def test_policies_are_shown_with_what_each_would_have_done(desk: Desk):
    first = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:20")
    await desk.post("U0ANA", "Which one?", thread=first)
    await desk.post("U0HANK", "Where is the invoice?", channel="C0GLOBEX")
    await desk.at("11:00")
    assert "1. *Everybody*  2 tickets, 1 of 2 promises kept (50.0 %)" in await set_up(desk)


async def test_other_agents_are_named_and_are_agents_from_then_on(desk: Desk):
    await desk.post("U0MILTON", "My stapler?", channel="C0HELP")
    assert await desk.command("U0DORA", "/sla list") == "Only the support team can do that."
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_agents")
    answer = await submit(desk, "U0CLEO", users=["U0DORA"])
    assert NOTED in str(answer["answer"])
    assert modal_text(desk, "U0CLEO") == "✅ Agents are now <!subteam^S0SUPPORT>, <@U0DORA>."
    assert "✅ Agents are now" in shown(desk, "U0CLEO")
    assert "My stapler?" in await desk.command("U0DORA", "/sla list")
    assert (await document(desk))["agents"] == {
        "user_groups": ["S0SUPPORT"],
        "users": ["U0DORA"],
        "home_workspace": True,
    }
    assert await changes_by_people(desk) == [("U0CLEO", "configure", "09:00")]
    assert "Version 2 of the configuration, saved by <@U0CLEO>" in shown(desk, "U0CLEO")


async def test_people_of_other_companies_do_not_become_agents_by_a_click(desk: Desk):
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_agents")
    await submit(desk, "U0CLEO", users=["U0RITA"])
    assert "⚠️ Not saved: <@U0RITA> is not of this workspace." in modal_text(desk, "U0CLEO")
    assert await version(desk) == 1


async def test_alerts_go_to_another_channel(desk: Desk):
    desk.sandbox.build.channel("T0HOME", "alarms", id="C0ALARMS", members=["U0ANA", "U0CLEO", "U0THREAD"])
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_alert_channel")
    await submit(desk, "U0CLEO", channel="C0ALARMS")
    assert modal_text(desk, "U0CLEO") == "✅ Cards and alerts go to <#C0ALARMS> from now on."
    await desk.post("U0RITA", "The export is empty")
    assert len(desk.sandbox.read.messages("C0ALARMS")) == 1
    assert desk.cards() == []


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        ("C0ACME", "alerts must not go where another company reads them; choose a channel of your own."),
        ("C0HELP", "C0HELP is a customer channel; alerts must go to a channel of your own."),
        ("C0NOWHERE", "Threadline cannot see that channel: invite it with /invite @Threadline, and try again."),
    ],
)
async def test_an_alert_channel_that_cannot_be_one_is_refused(desk: Desk, channel, why):
    await set_up(desk)
    memory = json.dumps({"about": "alert_channel", "until": int(desk.now.timestamp()) + 60})
    values = {"channel": {"channel": {"type": "conversations_select", "selected_conversation": channel}}}
    await forged_form(desk, "U0CLEO", "setup_alert_channel", memory, values)
    assert f"⚠️ Not saved: {why}" in shown(desk, "U0CLEO")
    assert await version(desk) == 1


async def test_a_channel_becomes_a_customers_with_a_tier_and_hours_of_its_own(desk: Desk):
    await set_up(desk)
    await choose(desk, "U0CLEO", "setup_channel_choose", "C0RANDOM")
    assert "Customers write in <#C0RANDOM>." in modal_text(desk, "U0CLEO")
    await submit(desk, "U0CLEO", customer="Initech <GmbH>", tier="pro", open_by="mention", schedule="office")
    assert modal_text(desk, "U0CLEO") == "✅ <#C0RANDOM> is set up: Initech &lt;GmbH&gt; (pro)."
    assert "<#C0RANDOM>  Initech &lt;GmbH&gt; (pro)\nopened by mention · hours office [Edit]" in shown(desk, "U0CLEO")
    assert [one.text for one in desk.alerts()] == ["<#C0RANDOM> is set up: Initech &lt;GmbH&gt; (pro). Saved by cleo."]
    await desk.post("U0MILTON", "Not for you", channel="C0RANDOM")
    await desk.post("U0MILTON", "<@U0THREAD> my stapler?", channel="C0RANDOM")
    assert [card for card in desk.cards() if "Initech" in str(card)] == desk.cards()
    assert len(desk.cards()) == 1


async def test_a_channel_can_be_given_to_a_customer_that_there_is_and_taken_from_it_again(desk: Desk):
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_channel", "C0HELP")
    await submit(desk, "U0CLEO", customer="globex")
    assert (await document(desk))["customers"]["globex"]["channels"] == ["C0GLOBEX", "C0HELP"]
    await press(desk, "U0CLEO", "setup_channel", "C0HELP")
    await submit(desk, "U0CLEO", customer="")
    assert (await document(desk))["customers"]["globex"] == {
        "name": "Globex",
        "slack_teams": ["T0GLOBEX"],
        "channels": ["C0GLOBEX"],
    }


async def test_saving_what_is_so_already_makes_no_version(desk: Desk):
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_channel", "C0ACME")
    await submit(desk, "U0CLEO")
    assert modal_text(desk, "U0CLEO") == "Nothing changes: it is set up like that already."
    assert await version(desk) == 1
    assert await changes_by_people(desk) == []


async def test_closing_today_shows_what_moves_before_it_is_saved_and_moves_it_then(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0SAM", "production down")
    await desk.at("09:30")
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_close_today", "office")
    assert modal_text(desk, "U0CLEO").splitlines() == [
        "*office* (UTC) closes now and stays closed until midnight. What has passed of today still counts.",
        "*2 open deadlines will move*, the nearest first:",
        "• #1 first reply: 2026-01-12 10:00 UTC → *2026-01-13 09:29 UTC*",
        "• #1 requester wait time: 2026-01-12 16:00 UTC → *2026-01-13 15:29 UTC*",
    ]
    assert await version(desk) == 1, "nothing is saved before it is submitted"
    assert desk.promises(1)["First reply"] == "due 2026-01-12 10:00 UTC"
    await submit(desk, "U0CLEO")
    assert desk.promises(1)["First reply"] == "due 2026-01-13 09:29 UTC"
    assert desk.promises(2)["First reply"] == "missed, was due 2026-01-12 09:20 UTC", "calendar hours do not close"
    assert "Closed until 2026-01-13 09:00 UTC\n<@U0CLEO> closed the rest of today [Reopen today]" in shown(
        desk, "U0CLEO"
    )
    (schedule,) = (await document(desk))["schedules"]
    assert schedule["special_hours"] == [
        {"date": "2026-01-12", "intervals": [{"start": "09:00", "end": "09:31"}]},
    ]
    assert await changes_by_people(desk) == [("U0CLEO", "configure", "09:30"), ("U0CLEO", "close_today", "09:30")]


async def test_reopening_today_puts_everything_back(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_close_today", "office")
    await submit(desk, "U0CLEO")
    await press(desk, "U0CLEO", "setup_reopen_today", "office")
    assert desk.promises()["First reply"] == "due 2026-01-12 10:00 UTC"
    (schedule,) = (await document(desk))["schedules"]
    assert schedule["special_hours"] == []
    assert "Open until 2026-01-12 12:00 UTC [Close today]" in shown(desk, "U0CLEO")
    await press(desk, "U0CLEO", "setup_close_today", "office")
    await submit(desk, "U0CLEO")
    assert desk.promises()["First reply"].startswith("due 2026-01-13")


async def test_a_day_with_special_hours_of_its_own_has_them_again_when_it_is_reopened(desk_database: str):
    half = 'special_hours: {2026-01-12: "09:00-11:00"}'
    config = CONFIG.replace("holidays: [", f"{half}\n    holidays: [")
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        assert "Open until 2026-01-12 11:00 UTC" in await set_up(desk)
        await press(desk, "U0CLEO", "setup_close_today", "office")
        await submit(desk, "U0CLEO")
        await press(desk, "U0CLEO", "setup_reopen_today", "office")
        assert "Open until 2026-01-12 11:00 UTC" in shown(desk, "U0CLEO")
        (schedule,) = (await document(desk))["schedules"]
        assert schedule["special_hours"] == [{"date": "2026-01-12", "intervals": [{"start": "09:00", "end": "11:00"}]}]


async def test_of_many_deadlines_the_five_nearest_are_shown(desk: Desk):
    for number in range(4):
        await desk.post("U0RITA", f"Matter {number}")
        await desk.pass_time(minutes=3)
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_close_today", "office")
    seen = modal_text(desk, "U0CLEO")
    assert "*8 open deadlines will move*" in seen
    assert seen.count("•") == 5
    assert seen.endswith("… and 3 more")


async def test_two_admins_close_today_only_once(desk: Desk):
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_close_today", "office")
    memory = modal_of(desk, "U0CLEO")["private_metadata"]
    await submit(desk, "U0CLEO")
    await forged_form(desk, "U0CLEO", "setup_close_today", memory, {})
    assert "⚠️ Not saved: today is closed already." in shown(desk, "U0CLEO")
    assert await version(desk) == 2


async def test_an_empty_start_names_each_step_and_a_template_is_put_in_force(desk_database: str):
    async with opened(desk_database, clock=ManualClock(MONDAY), config="admins: [U0CLEO]\n") as desk:
        seen = await open_home(desk, "U0CLEO")
        assert [line for line in seen.splitlines() if line.startswith("•")] == [
            "• *Agents*: say who answers: nobody is named, so only in shared channels somebody counts as an agent",
            "• *Alert channel*: choose one (alert_channel): without it nobody is alerted",
            "• *Customer channels*: only channels shared with other companies are followed: set up the others",
            "• *Policies*: begin with a template: without policies nothing has a deadline",
        ]
        assert seen.count("[Use this]") == 4
        await press(desk, "U0CLEO", "setup_template", "standard")
        values = {"Europe/Berlin": "UTC", "DE": "GB", "C0TRIAGE": TRIAGE, "C0CUSTOMER": "C0ACME"}
        await desk.sandbox.ui.submit("U0CLEO", modal_of(desk, "U0CLEO")["id"], values=values)
        await desk.pass_time(seconds=1)
        assert modal_text(desk, "U0CLEO") == "✅ The policies of *Standard* are in force for every new ticket."
        assert "1. *Standard*  no ticket" in shown(desk, "U0CLEO")
        assert "[Use this]" not in shown(desk, "U0CLEO")
        await press(desk, "U0CLEO", "setup_agents")
        await submit(desk, "U0CLEO", user_groups=["S0SUPPORT"])
        assert "✅ Nothing is missing." in shown(desk, "U0CLEO")
        await desk.post("U0RITA", "The export is empty")
        assert desk.promises()["First reply"] == "due 2026-01-12 13:00 UTC"


async def test_a_time_zone_that_there_is_not_is_said_and_nothing_is_saved(desk_database: str):
    async with opened(desk_database, clock=ManualClock(MONDAY), config="admins: [U0CLEO]\n") as desk:
        await open_home(desk, "U0CLEO")
        await press(desk, "U0CLEO", "setup_template", "standard")
        view_id = modal_of(desk, "U0CLEO")["id"]
        await desk.sandbox.ui.submit("U0CLEO", view_id, values={"Europe/Berlin": "Europe/Berlyn", "DE": "<!channel>"})
        await desk.pass_time(seconds=1)
        said = modal_text(desk, "U0CLEO")
        assert said.startswith("⚠️ Not saved: ")
        assert "did you mean Europe/Berlin?" in said
        assert "<!channel>" not in said
        assert await version(desk) == 1


@pytest.mark.parametrize("action", [*CHANGES, "setup_reopen_today", "setup_channel_choose"])
@pytest.mark.parametrize(
    ("user", "team"),
    [("U0RITA", "T0ACME"), ("U0MILTON", "T0HOME"), ("U0DORA", "T0HOME"), ("U0ANA", "T0HOME")],
    ids=["a customer of another company", "a guest", "a colleague who asks", "an agent"],
)
async def test_nobody_but_an_admin_changes_anything_or_is_shown_a_form(desk: Desk, action, user, team):
    value = {"setup_channel": "C0ACME", "setup_template": "tiered"}.get(action, "office")
    await forged_action(desk, user, {"action_id": action, "type": "button", "value": value}, team=team)
    if action in CHANGES:
        memory = json.dumps({"about": value, "until": int(desk.now.timestamp()) + 600})
        values = {
            "users": {"users": {"selected_users": [user]}},
            "channel": {"channel": {"selected_conversation": "C1"}},
        }
        await forged_form(desk, user, action, memory, values, team=team)
    assert await version(desk) == 1
    assert await changes_by_people(desk) == []
    said = [call["args"]["view"] for call in desk.calls("views.*") if call["args"].get("view")]
    assert not any("Acme" in str(one) or "input" in str(one) for one in said)


@pytest.mark.parametrize(
    "memory",
    ["", "{}", "[]", "not JSON", '{"about": 7, "until": "soon"}', '{"about": "C0ACME", "until": 99999999999999999999}'],
)
@pytest.mark.parametrize("callback", CHANGES)
async def test_a_form_with_a_memory_that_is_not_ours_changes_nothing(desk: Desk, callback, memory):
    await forged_form(desk, "U0CLEO", callback, memory, {"customer": {"customer": {"value": "Evil"}}, "x": 7})
    assert await version(desk) == 1
    assert "the form was open for too long" in shown(desk, "U0CLEO")


async def test_a_form_that_was_open_for_hours_changes_nothing(desk: Desk):
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_agents")
    await desk.pass_time(hours=2)
    await submit(desk, "U0CLEO", users=["U0DORA"])
    assert "⚠️ Not saved: the form was open for too long; open it again." in modal_text(desk, "U0CLEO")
    assert await version(desk) == 1


async def test_an_admin_who_is_none_any_more_cannot_submit_the_form_that_they_have_open(desk: Desk):
    await set_up(desk)
    await press(desk, "U0CLEO", "setup_agents")
    stored = await document(desk)
    await desk.bot.db.write(lambda conn: rules.save_version(conn, "T0HOME", stored | {"admins": ["U0BEN"]}, desk.now))
    await submit(desk, "U0CLEO", users=["U0DORA"])
    assert ONLY_ADMINS in modal_text(desk, "U0CLEO")
    assert await version(desk) == 2


async def test_every_page_and_form_passes_slacks_limits_with_the_longest_names(desk_database: str):
    long, tier = "&<>" * 26, "t" * 80
    customers = "\n".join(
        f"  c{n}: {{name: '{long}{n}', tier: {tier}, channels: [C0LONG{n}], schedule: '{'s' * 78}{n % 9}'}}"
        for n in range(40)
    )
    schedules = "\n".join(
        f"  {'s' * 78}{n}: {{time_zone: America/Argentina/ComodRivadavia, hours: 24x7}}" for n in range(20)
    )
    policies = "\n".join(
        f"  - {{title: '{'&' * 1900}{n}', targets: {{normal: {{hours: calendar, first_reply_time: 1h}}}}}}"
        for n in range(60)
    )
    groups = "\n".join(f"  {'g' * 77}{n}: {{}}" for n in range(110))
    users = ", ".join(f"U0LONG{n}" for n in range(120))
    config = (
        f"admins: [U0CLEO, {users}]\nagents: {{users: [{users}]}}\nalert_channel: C0TRIAGE\n"
        f"default_priority: normal\ndefault_schedule: {'s' * 78}0\n"
        f"schedules:\n{schedules}\ngroups:\n{groups}\ncustomers:\n{customers}\npolicies:\n{policies}\n"
    )
    async with opened(desk_database, clock=ManualClock(MONDAY), config=config) as desk:
        seen = await set_up(desk)
        assert "Customers and channels (40)" in seen
        assert "… and 15 more" in seen
        assert "… and 20 more What each would have done" in seen
        assert len((view(desk, "U0CLEO") or {})["blocks"]) <= 100
        for action, value in (("setup_agents", None), ("setup_channel", "C0LONG3"), ("setup_close_today", None)):
            await press(desk, "U0CLEO", action, value)
            assert modal_of(desk, "U0CLEO")["blocks"]
        assert all(call["ok"] for call in desk.calls("views.*"))
