"""Slack's rate limits: so many calls a minute per method, one message a second per channel."""

import math
from dataclasses import dataclass

from bot.sandbox.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A refilling allowance: calls a minute, and how many at once."""

    per_minute: float
    burst: int


TIER_1 = Limit(per_minute=1, burst=10)
TIER_2 = Limit(per_minute=20, burst=20)
TIER_3 = Limit(per_minute=50, burst=50)
TIER_4 = Limit(per_minute=100, burst=100)
POSTING = Limit(per_minute=60, burst=5)
SPECIAL = Limit(per_minute=600, burst=600)
EVENTS_PER_HOUR = 30_000


class RateLimits:
    """Counts calls on the injected clock."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        self._clock = clock
        self.enabled = enabled
        self._left: dict[tuple[str, ...], tuple[float, float]] = {}
        self.events_per_hour = EVENTS_PER_HOUR
        self._events: dict[str, tuple[int, int]] = {}

    def take(self, key: tuple[str, ...], limit: Limit) -> int:
        """Return 0 and count the call, or the whole seconds after which to try again."""
        if not self.enabled:
            return 0
        now = self._clock.now()
        tokens, since = self._left.get(key, (float(limit.burst), now))
        rate = limit.per_minute / 60
        tokens = min(float(limit.burst), tokens + max(0.0, now - since) * rate)
        if tokens < 1:
            self._left[key] = (tokens, now)
            return max(1, math.ceil((1 - tokens) / rate))
        self._left[key] = (tokens - 1, now)
        return 0

    def admit_event(self, token: str) -> bool:
        """Count an event for an installation; tells whether this hour's allowance covers it."""
        if not self.enabled:
            return True
        hour = int(self._clock.now()) // 3600
        counted, count = self._events.get(token, (hour, 0))
        count = count + 1 if counted == hour else 1
        self._events[token] = (hour, count)
        return count <= self.events_per_hour

    def reset(self) -> None:
        """Forget every count."""
        self._left.clear()
        self._events.clear()
