"""How Slack and everybody else is reached, and which half of the program runs here."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.services.outbox.delivery import LEASE, SETTLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How Slack is reached, and how it reaches us.

    Attributes:
        app_token: Opens Socket Mode; None to take signed HTTP instead.
        signing_secret: Verifies HTTP requests.
        listen: Host and port of the web server.
        public_url: Where links to the dashboard lead; None without such links.
        smtp_url: The mail server; None where there is none.
        environ: Holds the secrets of webhooks, under the names that the configuration gives.
        tls: Replaces the system's certificate authorities for mail and webhooks; for tests.
        allow_loopback: Lets webhooks reach this machine; for tests, never set from a configuration.
        dashboard_is_open_here: Lets a person at this machine read the dashboard without signing in; for demonstrations.
        settle: How long a message of which nobody knows whether it arrived waits before Slack is asked about it.
        lease: How long what one process has begun is left alone by the others.
    """

    bot_token: str
    app_token: str | None
    signing_secret: str | None
    api_url: str
    listen: tuple[str, int]
    secret: bytes
    public_url: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = None
    allow_loopback: bool = False
    dashboard_is_open_here: bool = False
    settle: timedelta = SETTLE
    lease: timedelta = LEASE


class Part(StrEnum):
    """A half of the program, where two processes share the work.

    The web half takes what Slack sends and serves pages; the worker half does everything that has to be done.
    """

    WEB = "web"
    WORKER = "worker"
