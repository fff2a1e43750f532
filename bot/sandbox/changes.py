"""The stream of changes that a page follows: numbered, and only kept for who listens."""

import asyncio
from collections.abc import AsyncGenerator

from bot.sandbox.model import Json

QUEUE_LIMIT = 10_000


class Changes:
    """Tells every listener what changed; a listener that falls far behind is told to reload."""

    def __init__(self) -> None:
        self.seq = 0
        self._listeners: set[asyncio.Queue[Json]] = set()

    def publish(self, kind: str, **fields: object) -> None:
        """Number a change and pass it on."""
        self.seq += 1
        if not self._listeners:
            return
        change: Json = {"seq": self.seq, "kind": kind, **fields}
        for queue in self._listeners:
            if queue.qsize() >= QUEUE_LIMIT:
                while not queue.empty():
                    queue.get_nowait()
                change = {"seq": self.seq, "kind": "reset"}
            queue.put_nowait(change)

    @property
    def watched(self) -> bool:
        """Tell whether anybody listens, so that nobody renders for nothing."""
        return bool(self._listeners)

    async def listen(self) -> AsyncGenerator[Json, None]:
        """Yield changes from now on, until closed; the first says from which number on."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield {"seq": self.seq, "kind": "hello"}
            while (change := await queue.get())["kind"] != "closed":
                yield change
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every listener's stream."""
        for queue in self._listeners:
            queue.put_nowait({"seq": self.seq, "kind": "closed"})
