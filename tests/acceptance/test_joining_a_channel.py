"""A channel that Threadline is invited into is announced once, and set up from there."""

from store import rules
from tests.support.desk import TRIAGE, Desk, until
from tests.support.homes import modal_of, modal_text, submit

ONLY_ADMINS = "Only an admin of Threadline can do that."


INVITED = "Threadline was invited into <#C0NEW> by ana."
UNSHARED = f"{INVITED} Nothing that is written there becomes a ticket before it is set up."
SHARED = (
    f"{INVITED} People of other companies read it, so what they write there becomes tickets already; set it up to say "
    "whose they are."
)


def announced(desk: Desk) -> list[str]:
    return [one["text"] for one in desk.sandbox.read.messages(TRIAGE) if "was invited" in one["text"]]


def tickets(desk: Desk) -> list[dict]:
    """The cards, among which the announcement has buttons too."""
    return [card for card in desk.cards() if "was invited" not in card["text"]]


async def invite(desk: Desk, channel: str = "C0NEW", *, shared_with: list[str] | None = None) -> None:
    """Ana makes a channel and invites Threadline."""
    known = {one["id"] for one in desk.sandbox.read.channels()}
    if channel not in known:
        members = ["U0ANA", "U0CLEO", "U0MILTON", *(["U0HANK"] if shared_with else [])]
        desk.sandbox.build.channel(
            "T0HOME", "initech", id=channel, members=members, **({"shared_with": shared_with} if shared_with else {})
        )
    desk.sandbox.channels.invite(channel, "U0THREAD", "U0ANA")
    await desk.pass_time(seconds=5)


async def press_set_up(desk: Desk, user: str) -> None:
    """Somebody presses the button below the announcement."""
    (message,) = [one for one in desk.sandbox.read.messages(TRIAGE) if "was invited" in one["text"]]
    await desk.sandbox.ui.click(user, TRIAGE, message["ts"], "setup_channel")
    await desk.pass_time(seconds=1)


async def test_an_invitation_is_announced_with_a_button_and_an_admin_sets_the_channel_up(desk: Desk):
    await invite(desk)
    assert announced(desk) == [UNSHARED]
    await desk.post("U0MILTON", "Anybody here?", channel="C0NEW")
    assert tickets(desk) == []
    await press_set_up(desk, "U0CLEO")
    await submit(desk, "U0CLEO", customer="Initech", tier="pro")
    assert modal_text(desk, "U0CLEO") == "✅ <#C0NEW> is set up: Initech (pro)."
    await desk.pass_time(minutes=3)
    await desk.post("U0MILTON", "My stapler?", channel="C0NEW")
    assert desk.quoted() == "My stapler?"
    assert "Initech (pro)" in desk.card_text()


async def test_an_agent_is_told_that_only_an_admin_can(desk: Desk):
    await invite(desk)
    await press_set_up(desk, "U0ANA")
    assert modal_text(desk, "U0ANA") == ONLY_ADMINS
    assert "submit" not in [key for key, value in modal_of(desk, "U0ANA").items() if value]


async def test_a_channel_shared_with_another_company_is_followed_already(desk: Desk):
    await invite(desk, shared_with=["T0GLOBEX"])
    assert announced(desk) == [SHARED]


async def test_it_is_announced_once_however_often_slack_says_so_and_it_comes_and_goes(desk: Desk):
    await invite(desk)
    joined = {"type": "member_joined_channel", "user": "U0THREAD", "channel": "C0NEW", "event_ts": "1768209999.000001"}
    await desk.raw_event(joined)
    desk.sandbox.channels.leave("C0NEW", "U0THREAD")
    await desk.pass_time(minutes=1)
    await invite(desk)
    assert len(announced(desk)) == 1


async def test_nobody_announces_a_channel_that_is_set_up_or_other_people_who_join(desk: Desk):
    desk.sandbox.channels.leave("C0HELP", "U0THREAD")
    await desk.pass_time(minutes=1)
    await invite(desk, "C0HELP")
    desk.sandbox.channels.invite(TRIAGE, "U0MILTON", "U0ANA")
    desk.sandbox.channels.leave("C0RANDOM", "U0BEN")
    desk.sandbox.channels.invite("C0RANDOM", "U0BEN", "U0ANA")
    await desk.pass_time(minutes=1)
    assert announced(desk) == []


async def test_without_an_alert_channel_an_admin_hears_of_it(desk: Desk):
    stored = dict(desk.bot.desk().config.document)
    stored.pop("alert_channel")
    await desk.bot.db.write(lambda conn: rules.save_version(conn, "T0HOME", stored, desk.now))
    await desk.settle()
    await invite(desk)
    (told,) = desk.direct_messages("U0CLEO")
    assert told.text == UNSHARED
    assert "Set up this channel" in told.shown


async def test_the_bot_announces_by_itself_over_http_and_socket_mode(live_desk: Desk):
    live_desk.sandbox.build.channel("T0HOME", "initech", id="C0NEW", members=["U0ANA", "U0CLEO"])
    live_desk.sandbox.channels.invite("C0NEW", "U0THREAD", "U0ANA")
    await until(lambda: announced(live_desk))
