"""What exists in the sandbox: workspaces, people, channels, messages, apps."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
_IMAGES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}


class Kind(StrEnum):
    """What sort of conversation a channel is; the value is an event's `channel_type`."""

    PUBLIC = "channel"
    PRIVATE = "group"
    IM = "im"
    MPIM = "mpim"

    @property
    def scope_family(self) -> str:
        """Return the first half of the scopes that guard it: `channels`, `groups`, `im` or `mpim`."""
        return {"channel": "channels", "group": "groups"}.get(self.value, self.value)


@dataclass(slots=True, kw_only=True)
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str


@dataclass(slots=True, kw_only=True)
class User:
    """A person or a bot of one workspace."""

    id: str
    team: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "Europe/Amsterdam"
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False
    bot_id: str = ""
    app_id: str = ""
    status_text: str = ""
    updated: int = 0


@dataclass(slots=True, kw_only=True)
class UserGroup:
    """A user group: a handle that pings its members."""

    id: str
    team: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    disabled: bool = False
    date_update: int = 0


@dataclass(slots=True, kw_only=True)
class Reaction:
    """One emoji under a message, and who chose it."""

    name: str
    users: list[str]


@dataclass(slots=True, kw_only=True)
class Message:
    """One message as stored; `render_message.message` writes it the way Slack shows it."""

    ts: str
    channel: str
    user: str = ""
    team: str = ""
    text: str = ""
    subtype: str = ""
    thread_ts: str = ""
    broadcast: bool = False
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    bot_id: str = ""
    app_id: str = ""
    username: str = ""
    icons: Json = field(default_factory=dict)
    metadata: Json | None = None
    edited: Json | None = None
    reactions: list[Reaction] = field(default_factory=list)
    client_msg_id: str = ""
    extra: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Tell whether it lives in a thread below another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def in_channel(self) -> bool:
        """Tell whether it is shown in the channel itself (replies are not, broadcasts are)."""
        return not self.is_reply or self.broadcast


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation of any kind, with its messages in order of ts."""

    id: str
    name: str
    kind: Kind
    teams: list[str]
    creator: str = ""
    created: int = 0
    members: dict[str, None] = field(default_factory=dict)
    topic: str = ""
    purpose: str = ""
    is_archived: bool = False
    is_general: bool = False
    is_org_shared: bool = False
    previous_ids: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    threads: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Tell whether only members see it."""
        return self.kind is not Kind.PUBLIC

    @property
    def is_direct(self) -> bool:
        """Tell whether it is a direct message to one or more people."""
        return self.kind in (Kind.IM, Kind.MPIM)

    @property
    def is_ext_shared(self) -> bool:
        """Tell whether it is shared with another organisation (Slack Connect)."""
        return len(self.teams) > 1


@dataclass(slots=True, kw_only=True)
class File:
    """An uploaded file."""

    id: str
    user: str
    team: str
    name: str
    title: str
    size: int
    created: int
    content: bytes = b""
    alt_txt: str = ""
    completed: bool = False
    is_public: bool = False

    @property
    def image_type(self) -> str:
        """Return `png`, `jpeg` or `gif` where the bytes are such a picture, whatever it is called; else nothing."""
        return next((kind for begin, kind in _IMAGES.items() if self.content.startswith(begin)), "")


@dataclass(slots=True, kw_only=True)
class Install:
    """One app in one workspace: its bot, its token and what it may do."""

    team: str
    app_id: str
    bot_user: str
    bot_id: str
    token: str
    scopes: tuple[str, ...]
    rate_limited_minute: int = 0
    revoked: bool = False
    uninstalled: bool = False

    @property
    def is_live(self) -> bool:
        """Tell whether events still go to it."""
        return not (self.revoked or self.uninstalled)


@dataclass(slots=True, kw_only=True)
class App:
    """A Slack app's configuration, as its manifest would give it."""

    id: str
    name: str
    signing_secret: str
    app_token: str
    verification_token: str
    scopes: tuple[str, ...]
    events: frozenset[str]
    commands: tuple[str, ...]
    shortcuts: tuple[Json, ...]
    request_url: str = ""
    socket_mode: bool = False
    events_disabled: bool = False
    installs: dict[str, Install] = field(default_factory=dict)
