"""How many requests a token may make in a minute, and the headers that say so (Zendesk: rate limits)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import Request

_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class _Window:
    begun_at: datetime
    taken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left of a token's minute."""

    limit: int
    remaining: int
    resets_in: int

    @property
    def exhausted(self) -> bool:
        """Whether this request is one too many."""
        return self.remaining < 0

    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """The usual headers, in both spellings that clients look for."""
        left = max(0, self.remaining)
        named = {
            "x-rate-limit": self.limit,
            "x-rate-limit-remaining": left,
            "ratelimit-limit": self.limit,
            "ratelimit-remaining": left,
            "ratelimit-reset": self.resets_in,
        }
        return [(name.encode(), str(value).encode()) for name, value in named.items()]


@dataclass(slots=True)
class RateLimits:
    """Counts requests by token, in windows of a minute, in this process."""

    limit: int
    _windows: dict[int, _Window] = field(default_factory=dict)

    def take(self, token_id: int, now: datetime) -> Allowance:
        """Count a request."""
        window = self._windows.get(token_id)
        if window is None or not timedelta() <= now - window.begun_at < _MINUTE:
            window = self._windows[token_id] = _Window(begun_at=now)
        window.taken += 1
        left = _MINUTE - (now - window.begun_at)
        return Allowance(limit=self.limit, remaining=self.limit - window.taken, resets_in=max(1, -(-left.seconds // 1)))


def rates_of(request: Request) -> RateLimits:
    """The counts of the application that a request came to."""
    found: RateLimits = request.app.state.rates
    return found
