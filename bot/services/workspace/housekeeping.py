"""Once a day, what nobody needs any more is forgotten, a little at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.clock import Clock
from bot.services.lifecycle.retention import forget_words
from bot.services.workspace.desk import Desk
from store import forgetting, inbox, outbox
from store.engine import Database

EVERY = timedelta(days=1)
# What customers wrote stands in the story of their tickets; the envelope that brought it is then of no more use.
WORDS_FOR = timedelta(days=30)
# A backfill reads sixty days back, and must recognise what it finds.
KEYS_FOR = timedelta(days=90)
POSTS_FOR = timedelta(days=90)
# The tick must not wait long for it; what is left is for the next one.
_AT_ONCE = 1000
# Each of these is a change of its own, and whoever wants to write waits for all of a batch.
_WORDS_AT_ONCE = 100
_MOST_ROUNDS = 5

log = structlog.get_logger()


class Housekeeping:
    """Forgets old envelopes, old posts and, where the configuration wants that, old words."""

    def __init__(self, *, db: Database, desk: Callable[[], Desk], clock: Clock) -> None:
        self._db = db
        self._desk = desk
        self._clock = clock
        self._done_at: datetime | None = None

    async def drain(self) -> int:
        """Forget what is too old, if that was not done within a day; how much it was."""
        now = self._clock.now()
        if self._done_at is not None and now - self._done_at < EVERY:
            return 0
        total, is_all = 0, True
        for at_once, forget in _steps(self._desk(), now):
            count = await self._repeat(forget, at_once)
            is_all = is_all and count < at_once * _MOST_ROUNDS
            total += count
        if is_all:
            self._done_at = now
        if total:
            log.info("housekeeping.forgotten", rows=total)
        return total

    async def _repeat(self, forget: Callable[[Connection], int], at_once: int) -> int:
        total = 0
        for _ in range(_MOST_ROUNDS):
            count = await self._db.write(forget)
            total += count
            if count < at_once:
                break
        return total


def _steps(desk: Desk, now: datetime) -> tuple[tuple[int, Callable[[Connection], int]], ...]:
    """What is to be forgotten, and how much of it at once."""
    words_for = min(WORDS_FOR, desk.config.lifecycle.retention or WORDS_FOR)
    return (
        (_AT_ONCE, lambda conn: inbox.prune(conn, now - KEYS_FOR, _AT_ONCE)),
        (_AT_ONCE, lambda conn: forgetting.empty(conn, now - words_for, _AT_ONCE)),
        (_WORDS_AT_ONCE, lambda conn: forget_words(conn, desk, now, _WORDS_AT_ONCE)),
        (_AT_ONCE, lambda conn: outbox.prune(conn, now - POSTS_FOR, limit=_AT_ONCE)),
    )
