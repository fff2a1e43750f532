"""What is said on the side: an answer to a person, a reaction. Nothing waits for it but the end of the program."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


class Asides:
    """Short calls to Slack, each on its own, so that a slow one holds up nothing that was asked after it."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it soon. Whether it succeeds changes nothing: what it speaks of is committed."""
        task = asyncio.create_task(work, name="aside")
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    async def ended(self, *, within: float | None = None) -> None:
        """Wait until everything that was begun has ended; what takes longer than ``within`` seconds is left undone."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(set(self._under_way), timeout=within)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("aside.failed", exc_info=error)
