"""The app manifest asks for exactly what the code uses: no scope too few, none too many."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.requests import shortcuts
from bot.services.requests.ticket_forms import TICKET_FORMS
from bot.services.workspace.checkup import REQUIRED_SCOPES
from bot.slack.directory import Directory
from bot.slack.envelopes import Kind, read_envelope

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
SCOPES = MANIFEST["oauth_config"]["scopes"]["bot"]
EVENTS = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

# Slack: the "Required scopes" of each method's page, for the kinds of conversation in which the bot calls it: public
# and private channels, and direct messages where alerts are sent and looked for.
METHOD_SCOPES: dict[str, set[str]] = {
    "api.test": set(),
    "apps.connections.open": set(),  # the app-level token's own connections:write
    "auth.test": set(),
    "bots.info": {"users:read"},
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "files.upload.v2": {"files:write"},  # the name in the SDK for three calls
    "reactions.add": {"reactions:write"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "users.conversations": {"channels:read", "groups:read"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}

# Slack: the "Required scopes" of each event's page.
EVENT_SCOPES: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_id_changed": {"channels:read", "groups:read"},
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_shared": {"channels:read", "groups:read"},
    "channel_unarchive": {"channels:read"},
    "channel_unshared": {"channels:read", "groups:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "subteam_created": {"usergroups:read"},
    "subteam_members_changed": {"usergroups:read"},
    "subteam_updated": {"usergroups:read"},
    "team_join": {"users:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}

# Subscribed events that change nothing at once. They are stored and noticed: a directory that remembered what they are
# about asks Slack anew, or, for the last three, the tokens tell by themselves when the next call is refused.
NOTICED = {
    *("channel_archive", "channel_deleted", "channel_id_changed", "channel_left", "channel_rename", "channel_shared"),
    *("channel_unarchive", "channel_unshared", "group_archive", "group_deleted", "group_left", "group_rename"),
    *("group_unarchive", "member_joined_channel", "member_left_channel"),
    *("subteam_created", "subteam_members_changed", "subteam_updated", "user_change"),
    *("app_uninstalled", "tokens_revoked", "reaction_removed"),
}


def sources() -> Iterator[ast.Module]:
    """The bot's own modules; the sandbox is Slack's side."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if "sandbox" not in path.relative_to(ROOT).parts:
            yield ast.parse(path.read_text(encoding="utf-8"))


def sdk_methods() -> dict[str, str]:
    """The SDK's names of Web API methods, with Slack's own."""
    return {name.replace(".", "_"): name for name in METHOD_SCOPES}


def calls() -> set[str]:
    """The Web API methods that the code calls: through the SDK, or by name."""
    found = set()
    for node in (node for module in sources() for node in ast.walk(module)):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if is_client(owner) and name != "api_call":
                if hasattr(AsyncWebClient, name) and "_" in name:
                    assert name in sdk_methods(), f"{name} is not in this test's table of methods and scopes."
                    found.add(sdk_methods()[name])
            case ast.Constant(value=str(name)) if name in METHOD_SCOPES:
                found.add(name)
            case _:
                pass
    return found


def is_client(owner: ast.expr) -> bool:
    return ast.unparse(owner).endswith(("client", "client()", "_web"))


def test_the_manifest_asks_for_exactly_the_scopes_that_the_code_needs():
    needed = set().union(*(METHOD_SCOPES[name] for name in calls()), *(EVENT_SCOPES[name] for name in EVENTS))
    if MANIFEST["features"]["slash_commands"]:
        needed.add("commands")
    assert needed - set(SCOPES) == set()
    assert set(SCOPES) - needed == set()
    assert len(SCOPES) == len(set(SCOPES))


def test_methods_that_need_a_name_are_all_found():
    assert {"auth.test", "chat.postMessage", "chat.update", "conversations.history", "users.info"} <= calls()


def test_every_scope_that_the_doctor_misses_is_one_that_the_manifest_asks_for():
    assert set(REQUIRED_SCOPES) - set(SCOPES) == set()


def handled() -> set[str]:
    """The event types that some module names, as whole words in its source."""
    words = {
        node.value
        for module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {"message.channels", "message.groups"} | words if "message" in words else words


@pytest.mark.parametrize("event", EVENTS)
def test_every_subscribed_event_is_handled_or_listed_as_noticed(event):
    assert event in handled() or event in NOTICED


def test_every_event_listed_as_noticed_is_subscribed():
    assert NOTICED - set(EVENTS) == set()


@pytest.mark.parametrize("event", EVENTS)
def test_every_subscribed_event_is_understood_as_an_event_and_can_be_noticed(event):
    inner = {"type": event.partition(".")[0], "event_ts": "1700000000.000100", "channel": "C0HELP", "user": "U0CARL"}
    body = {"type": "event_callback", "team_id": "T0HOME", "event_id": "Ev1", "event": inner}
    assert read_envelope(body).kind is Kind.EVENT
    Directory(None).notice(inner)


def test_every_event_of_the_list_of_scopes_needs_scopes_that_the_manifest_has():
    assert {scope for event in EVENTS for scope in EVENT_SCOPES[event]} <= set(SCOPES)


SHORTCUTS = MANIFEST["features"]["shortcuts"]


def test_there_are_no_more_shortcuts_and_no_longer_names_than_slack_takes():
    assert len(SHORTCUTS) <= 10
    assert [one["name"] for one in SHORTCUTS if len(one["name"]) > 24] == []
    assert {one["type"] for one in SHORTCUTS} == {"message"}


def test_every_shortcut_does_something_and_everything_that_a_shortcut_does_is_offered():
    offered = [one["callback_id"] for one in SHORTCUTS]
    forms_of_buttons = {"ticket_hold", "ticket_snooze"}
    assert set(offered) == (set(shortcuts.SHORTCUTS) | set(TICKET_FORMS)) - forms_of_buttons
    assert len(offered) == len(set(offered))


def test_every_command_of_the_manifest_is_escaped():
    assert [one["command"] for one in MANIFEST["features"]["slash_commands"]] == ["/sla", "/ticket", "/priority"]
    assert all(one["should_escape"] for one in MANIFEST["features"]["slash_commands"])
