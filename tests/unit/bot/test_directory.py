"""Who is who and what is where, as Slack describes them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.clock import ManualClock
from bot.slack.client import SlackUnavailableError
from bot.slack.directory import Directory, Person, channel_from, person_from, role_of
from sla.ticket import ChannelKind, Role
from tests.unit.bot.test_envelopes import JSON

FIELDS = ["id", "name", "team_id", "profile", "real_name", "is_bot", "is_restricted", "is_stranger", "is_im"]
OBJECTS = st.dictionaries(st.sampled_from([*FIELDS, "is_ext_shared", "is_private", "is_member"]), JSON)


@given(OBJECTS)
def test_any_user_object_is_somebody(raw):
    assert person_from(raw, user="U0CARL").name


@given(OBJECTS)
def test_any_channel_object_is_some_channel(raw):
    assert channel_from(raw, channel="C0HELP").name


@given(st.dictionaries(st.sampled_from(["type", "user", "channel", "subteam", "subteam_id"]), JSON))
def test_any_event_can_be_noticed(event):
    Directory(None).notice(event)


def someone(**changed):
    return Person(**{"user": "U0CARL", "name": "Carl", "team": "T0HOME"} | changed)


@pytest.mark.parametrize(
    ("person", "external", "role"),
    [
        (someone(is_bot=True), True, Role.BOT),
        (someone(user="U0ADA", team="T0ACME", is_guest=True), False, Role.AGENT),
        (someone(), False, Role.END_USER),
        (someone(), True, Role.AGENT),
        (someone(is_guest=True), True, Role.END_USER),
        (someone(is_stranger=True), True, Role.END_USER),
        (someone(team="T0ACME"), True, Role.END_USER),
        (someone(team=""), True, Role.END_USER),
    ],
)
def test_the_role_of_somebody_in_a_channel(person, external, role):
    assert role_of(person, agents=frozenset({"U0ADA"}), home="T0HOME", external=external) is role


def test_nobody_is_an_agent_by_belonging_home_where_that_is_switched_off():
    assert role_of(someone(), agents=frozenset(), home=None, external=True) is Role.END_USER


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({}, ChannelKind.PUBLIC),
        ({"is_private": True}, ChannelKind.PRIVATE),
        ({"is_ext_shared": True, "is_private": True}, ChannelKind.SHARED),
        ({"is_shared": True, "is_org_shared": True}, ChannelKind.PUBLIC),
        ({"is_im": True}, None),
        ({"is_mpim": True, "is_private": True}, None),
    ],
)
def test_the_kind_of_a_channel(raw, kind):
    assert channel_from(raw, channel="C0HELP").kind is kind


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({"profile": {"display_name": "Carl", "real_name": "Carl Customer"}}, "Carl"),
        ({"profile": {"display_name": "", "real_name": "Carl Customer"}}, "Carl Customer"),
        ({"name": "carl"}, "carl"),
        ({}, "U0CARL"),
    ],
)
def test_somebody_is_called_what_they_chose_to_be_called(raw, name):
    assert person_from(raw, user="U0CARL").name == name


@pytest.mark.parametrize("name", ["Ca\u202erl", "\u200bCarl\u2060", "Ca\x07rl", " Carl\n", "\ufeffCarl"])
def test_a_name_is_free_of_what_nobody_sees(name):
    assert person_from({"profile": {"display_name": name}}, user="U0CARL").name == "Carl"
    assert channel_from({"name": name}, channel="C0HELP").name == "Carl"


def test_a_name_of_which_nothing_is_seen_is_none():
    raw = {"profile": {"display_name": "\u200b\u202e", "real_name": "Carl Customer"}}
    assert person_from(raw, user="U0CARL").name == "Carl Customer"


class Answering:
    """Stands in for Slack's clients: answers each call with the next of its answers, and counts."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def client(self):
        def ask(method):
            async def call(**arguments):
                self.asked.append((method, arguments))
                answer = self.answers.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer

            return call

        methods = ("users_info", "conversations_info", "usergroups_users_list")
        return SimpleNamespace(**{method: ask(method) for method in methods})


def refusal(code, status=200):
    response = SlackResponse(
        client=None,
        http_verb="GET",
        api_url="",
        req_args={},
        data={"ok": False, "error": code},
        headers={},
        status_code=status,
    )
    return SlackApiError(code, response)


async def test_slack_is_asked_once_until_an_event_says_that_somebody_changed():
    slack = Answering({"user": {"name": "carl"}}, {"user": {"name": "carlo"}})
    directory = Directory(slack)
    names = [(await directory.person("U0CARL")).name for _ in range(3)]
    directory.notice({"type": "user_change", "user": {"id": "U0CARL"}})
    names.append((await directory.person("U0CARL")).name)
    assert names == ["carl", "carl", "carl", "carlo"]
    assert len(slack.asked) == 2


@pytest.mark.parametrize(
    "event",
    [
        {"type": "channel_rename", "channel": {"id": "C0HELP", "name": "support"}},
        {"type": "channel_archive", "channel": "C0HELP"},
        {"type": "member_left_channel", "channel": "C0HELP", "user": "U0BOT"},
        {"type": "group_rename", "channel": {"id": "C0HELP"}},
    ],
)
async def test_a_channel_is_asked_about_anew_after_an_event_about_it(event):
    slack = Answering({"channel": {"name": "help"}}, {"channel": {"name": "support"}})
    directory = Directory(slack)
    assert (await directory.channel("C0HELP")).name == "help"
    directory.notice(event)
    assert (await directory.channel("C0HELP")).name == "support"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "subteam_members_changed", "subteam_id": "S0SUPPORT"},
        {"type": "subteam_updated", "subteam": {"id": "S0SUPPORT"}},
    ],
)
async def test_a_user_group_is_asked_about_anew_after_an_event_about_it(event):
    directory = Directory(Answering({"users": ["U0ADA"]}, {"users": ["U0ADA", "U0BEN"]}))
    assert await directory.members("S0SUPPORT") == {"U0ADA"}
    directory.notice(event)
    assert await directory.members("S0SUPPORT") == {"U0ADA", "U0BEN"}


async def test_somebody_whom_slack_does_not_tell_about_is_a_stranger_and_asked_about_again():
    directory = Directory(Answering(refusal("user_not_found"), {"user": {"name": "carl", "team_id": "T0ACME"}}))
    assert await directory.person("U0CARL", team="T0ACME") == someone(name="U0CARL", team="T0ACME", is_stranger=True)
    assert (await directory.person("U0CARL")).name == "carl"


async def test_a_channel_that_the_bot_cannot_see_is_none_and_a_group_that_it_cannot_see_is_empty():
    directory = Directory(Answering(refusal("channel_not_found"), refusal("no_such_subteam")))
    assert await directory.channel("C0SECRET") is None
    assert await directory.members("S0NONE") == frozenset()


@pytest.mark.parametrize(
    "trouble", [refusal("ratelimited", 429), refusal("", 503), aiohttp.ClientError(), TimeoutError()]
)
async def test_when_slack_does_not_answer_nobody_is_taken_for_somebody_else(trouble):
    directory = Directory(Answering(trouble, trouble, trouble))
    with pytest.raises(SlackUnavailableError):
        await directory.person("U0CARL")
    with pytest.raises(SlackUnavailableError):
        await directory.channel("C0HELP")
    with pytest.raises(SlackUnavailableError):
        await directory.members("S0SUPPORT")


NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "name"), [(59, "help"), (60, "support")])
async def test_a_channel_is_asked_about_anew_after_a_minute(seconds, name):
    clock = ManualClock(NOON)
    directory = Directory(Answering({"channel": {"name": "help"}}, {"channel": {"name": "support"}}), clock)
    await directory.channel("C0HELP")
    clock.jump(NOON + timedelta(seconds=seconds))
    assert (await directory.channel("C0HELP")).name == name


@pytest.mark.parametrize(("seconds", "name"), [(299, "carl"), (300, "carlo")])
async def test_somebody_is_asked_about_anew_after_five_minutes(seconds, name):
    clock = ManualClock(NOON)
    directory = Directory(Answering({"user": {"name": "carl"}}, {"user": {"name": "carlo"}}), clock)
    await directory.person("U0CARL")
    clock.jump(NOON + timedelta(seconds=seconds))
    assert (await directory.person("U0CARL")).name == name


@pytest.mark.parametrize(("seconds", "members"), [(299, {"U0ADA"}), (300, {"U0BEN"})])
async def test_a_user_group_is_asked_about_anew_after_five_minutes(seconds, members):
    clock = ManualClock(NOON)
    directory = Directory(Answering({"users": ["U0ADA"]}, {"users": ["U0BEN"]}), clock)
    await directory.members("S0SUPPORT")
    clock.jump(NOON + timedelta(seconds=seconds))
    assert await directory.members("S0SUPPORT") == members


async def test_while_slack_is_silent_people_stay_who_they_were_and_channels_are_not_guessed():
    clock = ManualClock(NOON)
    known = [{"user": {"name": "carl"}}, {"users": ["U0ADA"]}, {"channel": {"name": "help"}}]
    directory = Directory(Answering(*known, TimeoutError(), TimeoutError(), TimeoutError()), clock)
    for hours in (0, 1):
        clock.jump(NOON + timedelta(hours=hours))
        assert (await directory.person("U0CARL")).name == "carl"
        assert await directory.members("S0SUPPORT") == {"U0ADA"}
        if not hours:
            await directory.channel("C0HELP")
    with pytest.raises(SlackUnavailableError):
        await directory.channel("C0HELP")
