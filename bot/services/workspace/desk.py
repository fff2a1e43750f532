"""A workspace's support desk: who we are there, and the rules in force."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.config.config import Config
from sla.policy import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The app as installed in one Slack workspace.

    Attributes:
        workspace: Slack's team id.
        url: The workspace's address, with a slash at the end.
        dashboard: The address of the dashboard, without one; empty in a process that serves none.
    """

    workspace: str
    name: str
    url: str
    bot_user: str
    bot_id: str
    app_id: str = ""
    dashboard: str = ""

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message, which is the same for everybody who may read it."""
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a use case is decided by, besides the ticket itself.

    Attributes:
        rules_version: The stored version that ``config`` and ``rules`` were made from.
        enforce_from: Tickets created before this instant raise no alerts; None where all do.
        doubted_until: What is about a moment until then may have been sent without our knowledge; see
            ``bot.services.outbox.recovery``.
        is_of_the_past: Whether what is recorded is history from elsewhere, which is shown on no cards.
        opened_at: When this process began to work here, to tell why an alert is late.
    """

    installation: Installation
    config: Config
    rules: Rules
    rules_version: int
    enforce_from: datetime | None = None
    doubted_until: datetime | None = None
    is_of_the_past: bool = False
    opened_at: datetime | None = None

    @property
    def workspace(self) -> str:
        """Slack's team id."""
        return self.installation.workspace

    def reached_at(self, address: str) -> "Desk":
        """The same desk, whose dashboard has that address."""
        return replace(self, installation=replace(self.installation, dashboard=address))

    def doubts(self, at: datetime) -> bool:
        """Whether a message about that moment may have been sent without our knowledge."""
        return self.doubted_until is not None and at <= self.doubted_until
