"""Where the bot is, and whether it may still be anywhere: events about channels and about the app itself.

A channel that the bot has left, or that is gone, is told to the team once, with what becomes of its open tickets. One
that it was invited into is announced once, with a button to set it up.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection

from bot.services.alerting.alert_views import display_name
from bot.services.alerting.alerts import DIRECT_NOTICE, NOTICE
from bot.services.workspace import notices
from bot.services.workspace.desk import Desk
from bot.slack.client import SlackClients, SlackUnavailableError, ask
from bot.slack.directory import Directory
from bot.slack.envelopes import Payload, mapping, text_of
from bot.slack.sending import WorkspaceDead, refusal
from bot.slack.text import authored
from store import channels, outbox, workspaces
from store.workspaces import WorkspaceState

Apply = Callable[[Connection, datetime], str]

_GONE = {
    "channel_left": "Threadline is not in {channel} any more",
    "group_left": "Threadline is not in {channel} any more",
    "member_left_channel": "Threadline is not in {channel} any more",
    "channel_archive": "{channel} was archived",
    "group_archive": "{channel} was archived",
    "channel_deleted": "{channel} was deleted",
    "group_deleted": "{channel} was deleted",
}
_JOINED = "member_joined_channel"
_BACK = frozenset({_JOINED, "channel_unarchive", "group_unarchive"})
_REVOKED = frozenset({"tokens_revoked", "app_uninstalled"})
_RENAMED = "channel_id_changed"
_MOST_NAMED = 20
_NO_ALERTS = (
    "Cards and alerts cannot be posted there any more: alerts go to an admin until there is another `alert_channel` in "
    "the configuration, or Threadline is invited again."
)

_FOLLOWED = (
    "People of other companies read it, so what they write there becomes tickets already; set it up to say whose "
    "they are."
)
_NOT_FOLLOWED = "Nothing that is written there becomes a ticket before it is set up."

KINDS = frozenset(_GONE) | _BACK | _REVOKED | {_RENAMED}

log = structlog.get_logger()


async def read(desk: Desk, slack: SlackClients, directory: Directory, event: Payload) -> Apply:
    """What to do about an event of one of `KINDS`.

    Raises:
        SlackUnavailableError: Slack could not be asked whether the token still works, or who reads a channel; try
            again later.
    """
    kind = text_of(event.get("type"))
    if kind in _REVOKED:
        return await _read_revoked(desk, slack, event)
    if kind == _RENAMED:
        old, new = text_of(event.get("old_channel_id")), text_of(event.get("new_channel_id"))
        return partial(_move, desk, old, new) if old and new else lambda _conn, _now: f"noticed: {kind}"
    channel = _channel_of(event)
    is_ours = "user" not in event or not kind.startswith("member_") or event["user"] == desk.installation.bot_user
    if not is_ours or not channel:
        return lambda _conn, _now: f"noticed: {kind}"
    if kind in _GONE:
        return partial(_gone, desk, kind, channel)
    if kind == _JOINED and not (desk.config.lists(channel) or channel in desk.config.alert_channels):
        found = await directory.channel(channel)
        is_external = found is not None and found.is_external
        inviter = await display_name(directory, text_of(event.get("inviter")))
        return partial(_announce, desk, channel, inviter, is_external)
    return partial(_back, desk, kind, channel)


async def _read_revoked(desk: Desk, slack: SlackClients, event: Payload) -> Apply:
    """The token is tried: the event may be an old one that arrives after the app was installed anew."""
    kind = text_of(event.get("type"))
    bots = mapping(event.get("tokens")).get("bot")
    if kind == "tokens_revoked" and isinstance(bots, list) and desk.installation.bot_user not in bots:
        return lambda _conn, _now: "ignored: somebody else's token was revoked"
    try:
        await ask("auth.test", slack.client().auth_test())
    except SlackApiError as error:
        if isinstance(refusal(error), WorkspaceDead):
            return partial(_dead, desk, kind)
        raise SlackUnavailableError(f"Slack does not say whether the token works: {error}.") from error
    return lambda _conn, _now: "ignored: the token works"


def _dead(desk: Desk, kind: str, conn: Connection, _now: datetime) -> str:
    """Nothing more is sent; tickets and messages stay for the day on which the bot starts with a token that works."""
    workspaces.set_state(conn, desk.workspace, WorkspaceState.DEAD)
    log.error("workspace.dead", workspace=desk.workspace, reason=kind)
    return f"stopped: {kind}"


def _move(desk: Desk, old: str, new: str, conn: Connection, now: datetime) -> str:
    """A channel that becomes shared, or ceases to be, gets another id: everything about it follows."""
    channels.change_id(conn, desk.workspace, old, new)
    config = desk.config
    if config.lists(old) or old in config.alert_channels:
        what = f"Slack has given <#{new}> another id: write {new} for {old} in the configuration."
        notices.say(conn, desk, f"channel:{old}:{new}", what, now, channel=new, about=new)
    return f"moved: {old} to {new}"


def _gone(desk: Desk, kind: str, channel: str, conn: Connection, now: datetime) -> str:
    told = _told(conn, desk, channel)
    if told and told[-1].payload.get("gone"):
        return f"noticed: {kind}"  # one departure makes several events
    open_tickets = channels.open_tickets(conn, desk.workspace, channel)
    if channel not in desk.config.channels and channel not in desk.config.alert_channels and not open_tickets:
        return f"noticed: {kind}"
    what = _GONE[kind].format(channel=f"<#{channel}>")
    fate = _NO_ALERTS if channel in desk.config.alert_channels else _fate(open_tickets)
    key = f"channel:{channel}:{len(told) + 1}"
    notices.say(conn, desk, key, f"{what}. {fate}", now, channel=channel, about=channel, gone=True)
    return f"told: {kind}"


def _fate(open_tickets: list[int]) -> str:
    if not open_tickets:
        return "It has no open tickets; new messages there are not seen."
    named = ", ".join(f"#{number}" for number in open_tickets[:_MOST_NAMED])
    more = len(open_tickets) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    stay = "ticket stays" if len(open_tickets) == 1 else "tickets stay"
    return (
        f"Its open {stay} open and the clocks go on: {named}{rest}. What is written there is not seen any more: use "
        "the buttons of the cards, or invite Threadline again."
    )


def _back(desk: Desk, kind: str, channel: str, conn: Connection, now: datetime) -> str:
    told = _told(conn, desk, channel)
    if not told or not told[-1].payload.get("gone"):
        return f"noticed: {kind}"
    key = f"channel:{channel}:{len(told) + 1}"
    text = f"Threadline follows <#{channel}> again."
    notices.say(conn, desk, key, text, now, channel=channel, about=channel, gone=False)
    return f"told: {kind}"


def _announce(desk: Desk, channel: str, inviter: str, is_external: bool, conn: Connection, now: datetime) -> str:
    """A channel that nobody has set up: an admin can, from here."""
    told = _told(conn, desk, channel)
    if told and told[-1].payload.get("gone"):
        return _back(desk, _JOINED, channel, conn, now)
    by = f" by {authored(inviter, 80)}" if inviter else ""
    follows = _FOLLOWED if is_external else _NOT_FOLLOWED
    text = f"Threadline was invited into <#{channel}>{by}. {follows}"
    is_new = notices.say(
        conn, desk, f"joined:{channel}", text, now, channel=channel, about=channel, gone=False, set_up=channel
    )
    return f"told: {_JOINED}" if is_new else f"noticed: {_JOINED}"


def _told(conn: Connection, desk: Desk, channel: str) -> list[outbox.OutboxMessage]:
    """What was told about a channel, oldest first; there is little of it in all."""
    said = [one for kind in (NOTICE, DIRECT_NOTICE) for one in outbox.of_kind(conn, desk.workspace, kind)]
    said.sort(key=lambda one: (one.created_at, one.key))
    return [one for one in said if one.payload.get("about") == channel and one.fallback_of is None]


def _channel_of(event: Payload) -> str:
    named = event.get("channel")
    return text_of(mapping(named).get("id")) or text_of(named)
