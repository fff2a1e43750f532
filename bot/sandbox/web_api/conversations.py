"""conversations.*: channels and who is in them (history has a file of its own)."""

from bot.sandbox import conversations, render
from bot.sandbox.errors import SlackError
from bot.sandbox.model import Channel, Json, Kind
from bot.sandbox.rate_limits import TIER_2, TIER_3, TIER_4
from bot.sandbox.web_api.call import Call, invalid_arguments
from bot.sandbox.web_api.chat import open_person
from bot.sandbox.web_api.paging import page
from bot.sandbox.web_api.registry import method

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_KINDS = {
    "public_channel": Kind.PUBLIC,
    "private_channel": Kind.PRIVATE,
    "im": Kind.IM,
    "mpim": Kind.MPIM,
}


def _shown(call: Call, channel: Channel) -> Json:
    return render.channel(channel, team_id=call.team, viewer=call.install.bot_user)


@method("conversations.info", *_READ, limit=TIER_3)
def info(call: Call) -> Json:
    """Describe a conversation."""
    channel = call.find_channel()
    call.need_for(channel, "read")
    shown = _shown(call, channel)
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def _wanted(call: Call) -> set[Kind]:
    names = call.names("types") or ["public_channel"]
    if unknown := [name for name in names if name not in _KINDS]:
        raise SlackError("invalid_types", unknown=unknown)
    kinds = {_KINDS[name] for name in names}
    missing = [f"{kind.scope_family}:read" for kind in kinds if not call.has(f"{kind.scope_family}:read")]
    if missing:
        raise SlackError("missing_scope", needed=",".join(sorted(missing)), provided=",".join(call.install.scopes))
    return kinds


@method("conversations.list", *_READ, limit=TIER_2)
def list_channels(call: Call) -> Json:
    """List the conversations that the bot can see, a page at a time."""
    return _listing(call, call.install.bot_user, only_members=False)


@method("users.conversations", *_READ, limit=TIER_3)
def of_user(call: Call) -> Json:
    """List the conversations that a user (the bot itself by default) is in."""
    user = call.text("user") or call.install.bot_user
    call.find_user(user)
    return _listing(call, user, only_members=True)


def _listing(call: Call, user: str, *, only_members: bool) -> Json:
    kinds = _wanted(call)
    found = [
        channel
        for channel in call.slack.world.channels.values()
        if channel.kind in kinds
        and call.slack.world.sees(call.team, channel, call.install.bot_user)
        and (user in channel.members or not only_members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    shown, cursor = page(call, found, default=100, most=1000)
    return {
        "channels": [_shown(call, channel) for channel in shown],
        "response_metadata": {"next_cursor": cursor},
    }


@method("conversations.members", *_READ, limit=TIER_4)
def members(call: Call) -> Json:
    """List who is in a conversation, people of other workspaces too."""
    channel = call.find_channel()
    call.need_for(channel, "read")
    found, cursor = page(call, list(channel.members), default=100, most=1000)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


@method("conversations.open", "im:write", "mpim:write", limit=TIER_3)
def open_conversation(call: Call) -> Json:
    """Open (or find) a direct conversation."""
    if call.text("channel"):
        channel = call.find_channel()
        already = True
    else:
        users = call.names("users")
        if not users:
            raise SlackError("users_list_not_supplied")
        if len(users) > 8:
            raise SlackError("too_many_users")
        call.need("im:write" if len(users) == 1 else "mpim:write")
        known = call.slack.world.direct_channel([call.install.bot_user, *users])
        already, channel = known is not None, open_person(call, users)
    shown = _shown(call, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shown, **({"no_op": True, "already_open": True} if already else {})}


@method("conversations.join", "channels:join", limit=TIER_3)
def join(call: Call) -> Json:
    """Join a public channel."""
    channel = call.find_channel()
    if channel.kind is not Kind.PUBLIC:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if conversations.join(call.slack, channel, call.install.bot_user):
        return {"channel": _shown(call, channel)}
    return {"channel": _shown(call, channel), "warning": "already_in_channel"}


@method("conversations.leave", "channels:manage", "groups:write", limit=TIER_3)
def leave(call: Call) -> Json:
    """Leave a channel."""
    channel = call.find_channel()
    if channel.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_general:
        raise SlackError("cant_leave_general")
    left = conversations.leave(call.slack, channel, call.install.bot_user)
    return {} if left else {"not_in_channel": True}


@method("conversations.invite", "channels:manage", "groups:write", "channels:write.invites", limit=TIER_3)
def invite(call: Call) -> Json:
    """Add people to a channel."""
    channel = call.find_channel()
    users = call.names("users")
    if not users:
        raise invalid_arguments("missing required field: users")
    if channel.is_archived:
        raise SlackError("is_archived")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    for user in users:
        person = call.find_user(user)
        if user == call.install.bot_user:
            raise SlackError("cant_invite_self")
        if person.team not in channel.teams:
            raise SlackError("user_not_found")
        if user in channel.members:
            raise SlackError("already_in_channel")
    for user in users:
        conversations.join(call.slack, channel, user, inviter=call.install.bot_user)
    return {"channel": _shown(call, channel)}
