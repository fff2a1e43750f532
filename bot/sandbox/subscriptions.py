"""Which events an app may receive: what it subscribed to and what its scopes allow."""

from bot.sandbox.model import App, Channel, Install, Json, Kind

MESSAGE_SUBSCRIPTIONS = {
    Kind.PUBLIC: "message.channels",
    Kind.PRIVATE: "message.groups",
    Kind.IM: "message.im",
    Kind.MPIM: "message.mpim",
}

# Any one of the scopes is enough; no entry means that the event needs none.
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "app_mention": ("app_mentions:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_id_changed": ("channels:read", "groups:read"),
    "channel_shared": ("channels:read", "groups:read"),
    "channel_unshared": ("channels:read", "groups:read"),
    "group_rename": ("groups:read",),
    "group_archive": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "user_change": ("users:read",),
    "team_join": ("users:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "file_shared": ("files:read",),
    "message_metadata_posted": ("metadata.message:read",),
}


def subscription(event: Json, channel: Channel | None) -> str:
    """Return the name under which an app subscribes to the event."""
    if event["type"] == "message" and channel is not None:
        return MESSAGE_SUBSCRIPTIONS[channel.kind]
    return str(event["type"])


def wants(app: App, install: Install, name: str) -> bool:
    """Tell whether the app subscribed to the event and holds a scope for it."""
    if app.events_disabled or not (app.socket_mode or app.request_url):
        return False
    needed = EVENT_SCOPES.get(name, ())
    return name in app.events and (not needed or any(scope in install.scopes for scope in needed))
