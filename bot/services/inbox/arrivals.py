"""Slack waits at the door, tickets do not: while requests arrive, what arrived before is understood a little later."""

import asyncio
from dataclasses import dataclass

# A request of a burst follows the last one within a millisecond or so. Slack's limit of 8.3 events a second is slower
# than what is understood even while the next one keeps coming.
_LULL_SECONDS = 0.005
_MOST_LULLS = 20


@dataclass(slots=True)
class Arrivals:
    """How many requests there were, and how many when somebody last asked."""

    count: int = 0
    _seen: int = 0

    def note(self) -> None:
        """A request has come."""
        self.count += 1

    async def lull(self) -> None:
        """Wait while requests keep coming, but no longer than 100 ms: acknowledging them comes first."""
        for _ in range(_MOST_LULLS):
            if self._seen == self.count:
                return
            self._seen = self.count
            await asyncio.sleep(_LULL_SECONDS)
