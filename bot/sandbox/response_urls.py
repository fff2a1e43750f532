"""Response URLs: five uses within thirty minutes."""

import secrets
from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.model import Install

USES = 5
LIFETIME_SECONDS = 1800.0
URLS_KEPT = 10_000


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """Where an app may answer an act, and to what."""

    install: Install
    channel: str
    user: str
    expires: float
    message_ts: str = ""
    ephemeral_ts: str = ""
    thread_ts: str = ""
    uses: int = 0


class ResponseUrls:
    """Hands out URLs and counts their uses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, ResponseUrl] = {}
        self.base = ""

    def mint(
        self,
        install: Install,
        *,
        channel: str,
        user: str,
        message_ts: str = "",
        ephemeral_ts: str = "",
        thread_ts: str = "",
        path: str = "actions",
    ) -> str:
        """Return a fresh URL."""
        secret = secrets.token_hex(16)
        self._known[secret] = ResponseUrl(
            install=install,
            channel=channel,
            user=user,
            message_ts=message_ts,
            ephemeral_ts=ephemeral_ts,
            thread_ts=thread_ts,
            expires=self._clock.now() + LIFETIME_SECONDS,
        )
        while len(self._known) > URLS_KEPT:
            del self._known[next(iter(self._known))]
        return f"{self.base}/{path}/{install.team}/{secret}"

    def peek(self, secret: str) -> ResponseUrl | None:
        """Return what a URL stands for without using it."""
        return self._known.get(secret)

    def use(self, secret: str) -> ResponseUrl | str:
        """Count a use; returns Slack's word for the refusal when there is none left."""
        url = self._known.get(secret)
        if url is None:
            return "invalid_url"
        if self._clock.now() > url.expires:
            return "expired_url"
        if url.uses >= USES:
            return "used_url"
        url.uses += 1
        return url
