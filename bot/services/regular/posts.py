"""Regular posts are recorded when they are due: each occasion once, by whichever replica comes first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.clock import Clock
from bot.config.model import DigestEntry
from bot.services.alerting import lateness
from bot.services.alerting.alerts import DIRECT_REGULAR, REGULAR
from bot.services.regular.forgotten import forgotten_view
from bot.services.regular.occasions import following, latest
from bot.services.regular.weekly import week_view
from bot.services.workspace.desk import Desk
from bot.slack.blocks import Post
from bot.slack.regular_posts import forgotten, week
from sla.instants import format_instant
from store import occurrences, outbox
from store import rules as versions
from store.engine import Database
from store.outbox import NewMessage, OutboxMessage

WEEKLY, FORGOTTEN = "weekly", "forgotten"
_URGENCY = 5

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegularPosts:
    """The regular posts of one desk."""

    db: Database
    desk: Callable[[], Desk]
    clock: Clock

    async def drain(self) -> int:
        """Record the posts that are due; how many occasions that were. What was missed is told once, late."""
        desk, now = self.desk(), self.clock.now()
        done = 0
        for job, entry in _jobs(desk):
            at = latest(entry, now)
            if await self.db.read(partial(occurrences.latest, workspace=desk.workspace, job=job)) != at:
                done += await self.db.write(partial(_attend, desk, job, entry, at, now))
        return done

    async def next_at(self) -> datetime | None:
        """When the next post is due."""
        now = self.clock.now()
        return min((following(entry, now) for _, entry in _jobs(self.desk())), default=None)


def post(message: OutboxMessage) -> Post:
    """A regular post as it was drawn when it was due: figures do not change on their way."""
    return Post(text=message.payload["text"], blocks=tuple(message.payload["blocks"]))


def _jobs(desk: Desk) -> Iterator[tuple[str, DigestEntry]]:
    digest = desk.config.digest
    for job, entry in ((WEEKLY, digest.weekly), (FORGOTTEN, digest.forgotten)):
        if entry is not None:
            yield job, entry


def _attend(desk: Desk, job: str, entry: DigestEntry, at: datetime, now: datetime, conn: Connection) -> int:
    """Take an occasion on, and record its post where there is something to tell."""
    before = occurrences.latest(conn, desk.workspace, job)
    if (before is not None and before >= at) or not occurrences.take(conn, desk.workspace, job, at):
        return 0
    if before is None and at < _asked_since(conn, desk):
        return 1  # nobody had asked for it yet
    drawn = _draw(conn, desk, job, entry, at, now)
    if drawn is None:
        log.info("regular.nothing_to_tell", job=job)
        return 1
    outbox.enqueue(
        conn,
        NewMessage(
            workspace=desk.workspace,
            key=f"regular:{job}:{format_instant(at)}",
            kind=DIRECT_REGULAR if entry.to[0] in "UW" else REGULAR,
            destination=entry.to,
            payload={"text": drawn.text, "blocks": list(drawn.blocks)},
            created_at=now,
            urgency=_URGENCY,
            in_doubt=desk.doubts(at),
        ),
    )
    log.info("regular.recorded", job=job)
    return 1


def _draw(conn: Connection, desk: Desk, job: str, entry: DigestEntry, at: datetime, now: datetime) -> Post | None:
    is_late = now - at > lateness.LATE
    if job == WEEKLY:
        figures = week_view(conn, desk, entry, at, now, late=is_late)
        return None if figures is None else week(figures)
    found = forgotten_view(conn, desk, at, now, late=is_late)
    return None if found is None else forgotten(found)


def _asked_since(conn: Connection, desk: Desk) -> datetime:
    saved_at = versions.saved_at(conn, desk.workspace, desk.rules_version)
    assert saved_at is not None, "the desk was opened under it"
    return saved_at
