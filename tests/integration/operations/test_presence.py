"""What the team hears when the bot leaves a channel, and what stops when its token is revoked."""

import pytest

from tests.support.desk import TRIAGE, Desk


def notices(desk: Desk) -> list[str]:
    """What the bot said in the alert channel about where it is."""
    return [alert.text for alert in desk.alerts() if "<#C" in alert.text]


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("left", "Threadline is not in <#C0ACME> any more."),
        ("archived", "<#C0ACME> was archived."),
        ("deleted", "<#C0ACME> was deleted."),
    ],
)
async def test_the_team_hears_once_what_becomes_of_the_tickets_of_a_channel_that_is_gone(desk: Desk, how, what):
    await desk.post("U0RITA", "The export is empty")
    await desk.post("U0SAM", "The import is full")
    match how:
        case "left":
            desk.sandbox.channels.leave("C0ACME", "U0THREAD")
        case "archived":
            desk.sandbox.channels.archive("C0ACME", "U0CLEO")
        case _:
            desk.sandbox.channels.delete_channel("C0ACME", "U0CLEO")
    await desk.pass_time(minutes=5)
    (notice,) = notices(desk)
    assert notice == (
        f"{what} Its open tickets stay open and the clocks go on: #1, #2. What is written there is not seen any more: "
        "use the buttons of the cards, or invite Threadline again."
    )


async def test_several_events_about_one_departure_are_one_notice(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.channels.leave("C0ACME", "U0THREAD")
    await desk.raw_event({"type": "channel_left", "channel": "C0ACME", "event_ts": "1768208500.000001"})
    await desk.raw_event(
        {"type": "member_left_channel", "user": "U0THREAD", "channel": "C0ACME", "event_ts": "1768208500.000002"}
    )
    await desk.pass_time(minutes=1)
    assert len(notices(desk)) == 1


async def test_solved_tickets_are_not_named(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Solve")
    desk.sandbox.channels.leave("C0ACME", "U0THREAD")
    await desk.pass_time(minutes=1)
    assert notices(desk) == [
        "Threadline is not in <#C0ACME> any more. It has no open tickets; new messages there are not seen."
    ]


async def test_the_tickets_of_a_channel_that_was_left_stay_open_and_are_still_alarmed_about(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.channels.leave("C0ACME", "U0THREAD")
    await desk.at("10:01")
    assert desk.facts()["Status"] == "new"
    assert any("First reply missed" in alert.text for alert in desk.alerts())


async def test_coming_back_is_told_and_a_second_departure_too(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.channels.leave("C0ACME", "U0THREAD")
    await desk.pass_time(minutes=1)
    desk.sandbox.channels.invite("C0ACME", "U0THREAD", "U0ANA")
    await desk.pass_time(minutes=1)
    desk.sandbox.channels.leave("C0ACME", "U0THREAD")
    await desk.pass_time(minutes=1)
    assert [text.split(".")[0] for text in notices(desk)] == [
        "Threadline is not in <#C0ACME> any more",
        "Threadline follows <#C0ACME> again",
        "Threadline is not in <#C0ACME> any more",
    ]


async def test_other_people_may_come_and_go_without_a_word(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.channels.leave("C0ACME", "U0BEN")
    await desk.pass_time(minutes=1)
    assert notices(desk) == []


async def test_a_channel_that_nobody_listed_is_left_without_a_word(desk: Desk):
    desk.sandbox.channels.leave("C0RANDOM", "U0THREAD")
    await desk.pass_time(minutes=1)
    assert notices(desk) == []


@pytest.mark.parametrize(
    "events",
    [
        ["tokens_revoked", "app_uninstalled"],
        ["app_uninstalled", "tokens_revoked"],
        ["tokens_revoked"],
        ["app_uninstalled"],
    ],
    ids=" then ".join,
)
async def test_after_an_uninstall_nothing_is_sent_and_the_tickets_stay(desk: Desk, events):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.apps.uninstall(desk.stage.world.app, "T0HOME", events=events)
    await desk.pass_time(seconds=5)
    assert (await desk.get("/readyz"))[0] == 503
    tried = len(desk.calls("chat.*"))
    await desk.at("17:00")
    assert len(desk.calls("chat.*")) == tried
    status, page = await desk.get("/")
    assert status == 200
    assert "The export is empty" in page


async def test_a_new_installation_takes_everything_up_again(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.sandbox.apps.revoke_token(desk.stage.world.app, "T0HOME")
    await desk.pass_time(minutes=5)
    await desk.stop_bot()
    fresh = desk.sandbox.build.install(desk.stage.world.app, "T0HOME", bot_user="U0THREAD")
    object.__setattr__(desk.stage.world, "bot_token", fresh["bot_token"])
    await desk.start_bot()
    await desk.at("10:01")
    assert [alert.text.split(":")[0] for alert in desk.alerts()][-1] == "First reply missed"
    assert (await desk.get("/readyz"))[0] == 200


async def test_news_of_a_revocation_that_is_over_stops_nothing(desk: Desk):
    """Slack repeats events for an hour: this one arrives when the app has been installed anew."""
    await desk.post("U0RITA", "The export is empty")
    await desk.raw_event(
        {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0THREAD"]}, "event_ts": "1768208500.000001"}
    )
    await desk.at("10:01")
    assert [alert.text.split(":")[0] for alert in desk.alerts()][-1] == "First reply missed"


async def test_somebody_elses_revoked_token_stops_nothing(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.raw_event(
        {"type": "tokens_revoked", "tokens": {"oauth": ["U0ANA"], "bot": []}, "event_ts": "1768208500.000001"}
    )
    await desk.at("10:01")
    assert len(desk.sandbox.read.messages(TRIAGE)) >= 2


async def test_a_channel_that_gets_another_id_keeps_its_tickets_and_their_threads(desk: Desk):
    thread = await desk.post("U0RITA", "The export is empty")
    desk.sandbox.channels.change_id("C0ACME", "C0ACMENEW")
    await desk.at("09:20")
    await desk.post("U0ANA", "It is full again.", channel="C0ACMENEW", thread=thread)
    assert desk.promises()["First reply"] == "met in 20 min"
    assert desk.facts()["Channel"] == "<#C0ACMENEW>"
    assert len(desk.cards()) == 1


async def test_the_team_hears_which_id_to_write_into_the_configuration(desk: Desk):
    desk.sandbox.channels.change_id("C0HELP", "C0HELPNEW")
    await desk.pass_time(seconds=5)
    assert notices(desk) == [
        "Slack has given <#C0HELPNEW> another id: write C0HELPNEW for C0HELP in the configuration."
    ]
