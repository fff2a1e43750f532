"""One Web API call: who calls, with which arguments, and what they may do."""

from dataclasses import dataclass

from bot.sandbox.errors import SlackError
from bot.sandbox.ids import ts_micros
from bot.sandbox.model import App, Channel, Install, Json, Message, User
from bot.sandbox.slack import Slack
from bot.sandbox.strict_json import parse

_TRUE = {"1", "true", "True", "TRUE"}
_FALSE = {"0", "false", "False", "FALSE", ""}


def invalid_arguments(*messages: str) -> SlackError:
    """Return the refusal of malformed arguments, with what is wrong with each."""
    return SlackError(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}" for message in messages]}
    )


def whole(text: str) -> int | None:
    """Return the number that a text of digits means, None if it is none or beyond reason."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that has passed authentication."""

    slack: Slack
    method: str
    args: Json
    install: Install
    app: App

    @property
    def bot(self) -> User:
        """Return the bot user whose token it is."""
        return self.slack.world.users[self.install.bot_user]

    @property
    def team(self) -> str:
        """Return the workspace whose token it is."""
        return self.install.team

    def text(self, name: str, default: str = "") -> str:
        """Return a string argument; numbers count as their digits, null as absent."""
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise invalid_arguments(f"must be a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean argument, however it was written."""
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if str(value) in _TRUE | _FALSE:
            return str(value) in _TRUE
        raise invalid_arguments(f"must be a boolean [json-pointer:/{name}]")

    def number(self, name: str, default: int, *, most: int) -> int:
        """Return a count of at least 1, capped; `invalid_limit` when it is none."""
        text = self.text(name)
        if not text:
            return default
        count = whole(text)
        if not count:
            raise SlackError(f"invalid_{name}")
        return min(count, most)

    def micros(self, name: str, error: str) -> int | None:
        """Return a timestamp argument in microseconds, None when absent."""
        text = self.text(name)
        if not text:
            return None
        try:
            return ts_micros(text)
        except ValueError:
            raise SlackError(error) from None

    def structure(self, name: str, error: str) -> object:
        """Return an argument that is JSON, also when it came as a string; None when absent."""
        value = self.args.get(name)
        if isinstance(value, str) and value.strip():
            try:
                return parse(value)
            except ValueError:
                raise SlackError(error) from None
        return None if value == "" else value

    def names(self, name: str) -> list[str]:
        """Return a comma-separated argument (or JSON array) as a list."""
        value = self.args.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [item.strip() for item in self.text(name).split(",") if item.strip()]

    def need(self, *scopes: str) -> None:
        """Check that the token has one of the scopes.

        Raises:
            SlackError: `missing_scope`, with what is needed and what is provided.
        """
        if scopes and not any(scope in self.install.scopes for scope in scopes):
            raise SlackError("missing_scope", needed=scopes[0], provided=",".join(self.install.scopes))

    def has(self, scope: str) -> bool:
        """Tell whether the token has a scope."""
        return scope in self.install.scopes

    def find_channel(self, name: str = "channel") -> Channel:
        """Return the conversation of an argument, if the bot can see it; ids and `#names` both work.

        Raises:
            SlackError: `channel_not_found`.
        """
        text = self.text(name)
        if not text:
            raise invalid_arguments(f"missing required field: {name}")
        world = self.slack.world
        found = world.channels.get(text)
        if found is None:
            wanted = text.removeprefix("#")
            found = next((one for one in world.channels.values() if one.name == wanted != ""), None)
        if found is None or not world.sees(self.team, found, self.install.bot_user):
            raise SlackError("channel_not_found")
        return found

    def need_for(self, channel: Channel, what: str) -> None:
        """Check the scope that guards this kind of conversation, such as `channels:history`."""
        self.need(f"{channel.kind.scope_family}:{what}")

    def is_member(self, channel: Channel) -> bool:
        """Tell whether the bot is in the channel."""
        return self.install.bot_user in channel.members

    def find_message(self, channel: Channel, name: str = "ts", error: str = "message_not_found") -> Message:
        """Return the message that an argument names."""
        text = self.text(name)
        if not text:
            raise invalid_arguments(f"missing required field: {name}")
        found = channel.messages.get(text)
        if found is None:
            raise SlackError(error)
        return found

    def find_user(self, user: str, error: str = "user_not_found") -> User:
        """Return a person whom this workspace may look up."""
        found = self.slack.world.users.get(user)
        if found is None:
            raise SlackError(error)
        return found
