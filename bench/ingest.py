"""P4: an event's way into SQLite (deduplicate, ticket, event, two targets, commit) beside the floor and an ORM.

The floor is the same rows through bare sqlite3, one commit for each event; the peer is SQLModel with an
asynchronous session, used as its documentation shows (look, add, commit, refresh). All three write the same tables
with `synchronous=FULL`, on uvloop where there is a loop.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import uvloop
from sqlalchemy import Connection, event, func
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import col, select

from bench.result import Result
from store import inbox, instances, migrations, ticket_events, tickets
from store.engine import Database
from store.inbox import Envelope
from store.instances import InstanceRecord
from store.tables.delivery import InboxRow
from store.tables.metrics import MetricInstanceRow
from store.tables.tickets import TicketEventRow, TicketRow
from store.ticket_events import TicketEvent
from store.tickets import TicketRecord
from store.types import dumps

_NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
_BODY = '{"type":"event_callback","event":{"type":"message","text":"' + "x" * 400 + '"}}'
_STATE = {"open": [{"metric": "first_reply_time", "n": 1}, {"metric": "requester_wait_time", "n": 1}]}
_METRICS = ("first_reply_time", "requester_wait_time")


_Contestant = Callable[[range], Awaitable[float]]
_Work = tuple[Envelope, TicketRecord, TicketEvent, list[InstanceRecord]]


def _values(number: int) -> _Work:
    at = _NOON + timedelta(seconds=number)
    key = f"C1:{number}.0"
    envelope = Envelope(workspace="T1", key=key, kind="events", body=_BODY, event_at=at, received_at=at)
    ticket = TicketRecord(
        workspace="T1",
        channel_id="C1",
        thread_ts=f"{number}.0",
        subject="Nothing works",
        state=_STATE,
        last_event_at=at,
        created_at=at,
        updated_at=at,
    )
    happened = TicketEvent(
        workspace="T1", key=key, ticket_id=number, at=at, type="created", body={"text": "hi"}, recorded_at=at
    )
    targets = [
        InstanceRecord(
            workspace="T1",
            ticket_id=number,
            metric=metric,
            instance=1,
            stage="active",
            outcome="open",
            activated_at=at,
            breach_at=at,
            next_at=at,
        )
        for metric in _METRICS
    ]
    return envelope, ticket, happened, targets


def unit(number: int) -> Callable[[Connection], None]:
    envelope, ticket, happened, targets = _values(number)

    def ingest(conn: Connection) -> None:
        if inbox.put(conn, envelope):
            tickets.create(conn, ticket)
            ticket_events.append(conn, happened)
            instances.upsert_many(conn, targets)

    return ingest


async def _rate(do: Callable[[Any], Awaitable[object]], work: Sequence[Any], in_flight: int) -> float:
    """Seconds an event."""
    waiting = iter(work)

    async def worker() -> None:
        for unit in waiting:
            await do(unit)

    start = perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return (perf_counter() - start) / len(work)


@asynccontextmanager
async def _ours(path: Path, in_flight: int) -> AsyncIterator[_Contestant]:
    async with Database(f"sqlite:///{path}") as db:

        async def take(numbers: range) -> float:
            return await _rate(db.write, [unit(number) for number in numbers], in_flight)

        yield take


def _raw_row(record: Any, **extra: Any) -> dict[str, Any]:
    row = {name: _raw(value) for name, value in asdict(record).items()}
    return row | extra


def _raw(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp()) * 1_000_000
    return dumps(value) if isinstance(value, dict | list) else value


def _statement(table: str, row: dict[str, Any], conflict: str = "") -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)}) {conflict}"


@asynccontextmanager
async def _floor(path: Path) -> AsyncIterator[_Contestant]:
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("PRAGMA foreign_keys = ON")

    async def take(numbers: range) -> float:
        work = [_raw_values(number) for number in numbers]
        start = perf_counter()
        for envelope, ticket, happened, targets in work:
            conn.execute("BEGIN IMMEDIATE")
            conn.execute(_INBOX, envelope)
            conn.execute(_TICKET, ticket).fetchone()
            conn.execute(_EVENT, happened)
            conn.executemany(_INSTANCE, targets)
            conn.execute("COMMIT")
        return (perf_counter() - start) / len(numbers)

    yield take
    conn.close()


def _raw_values(number: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    envelope, ticket, happened, targets = _values(number)
    waiting = {"state": "pending", "attempts": 0, "not_before": _raw(envelope.received_at)}
    return (
        _raw_row(envelope, **waiting),
        _raw_row(ticket),
        _raw_row(happened, seq=1),
        [_raw_row(target) for target in targets],
    )


_ENVELOPE, _A_TICKET, _AN_EVENT, _TARGETS = _raw_values(1)
_INBOX = _statement("inbox", _ENVELOPE, "ON CONFLICT DO NOTHING")
_NEXT = "(SELECT coalesce(max(ticket_id), 0) + 1 FROM ticket WHERE workspace = :workspace)"
_TICKET = _statement("ticket", _A_TICKET, "RETURNING ticket_id").replace(":ticket_id", _NEXT)
_EVENT = _statement("ticket_event", _AN_EVENT, "ON CONFLICT DO NOTHING")
_INSTANCE = _statement(
    "metric_instance",
    _TARGETS[0],
    "ON CONFLICT DO UPDATE SET stage = excluded.stage, outcome = excluded.outcome, next_at = excluded.next_at",
)


@asynccontextmanager
async def _orm(path: Path) -> AsyncIterator[_Contestant]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")

    def settings(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    event.listen(engine.sync_engine, "connect", settings)
    sessions = async_sessionmaker(engine)

    async def ingest(work: _Work) -> None:
        envelope, ticket, happened, targets = work
        async with sessions() as session:
            if await session.get(InboxRow, ("T1", envelope.key)) is not None:
                return
            waiting = {"state": "pending", "attempts": 0, "not_before": envelope.received_at}
            session.add(InboxRow(**asdict(envelope), **waiting))
            row = asdict(ticket)
            row["fields_"] = row.pop("fields")
            highest = await session.scalar(select(func.max(col(TicketRow.ticket_id))))
            created = TicketRow(**(row | {"ticket_id": (highest or 0) + 1}))
            session.add(created)
            await session.flush()
            session.add(TicketEventRow(**asdict(happened), seq=1))
            session.add_all([MetricInstanceRow(**asdict(target)) for target in targets])
            await session.commit()
            await session.refresh(created)

    async def take(numbers: range) -> float:
        return await _rate(ingest, [_values(number) for number in numbers], 1)

    yield take
    await engine.dispose()


async def _compete(folder: Path, rounds: int, events: int) -> list[tuple[float, ...]]:
    """Seconds an event of (floor, ours alone, with 8, with 64 in flight, ORM), round by round in turn.

    What a disk takes for a commit changes within seconds, so the turns are short and ratios are taken within a round.
    """
    async with AsyncExitStack() as stack:

        def enter(contestant: Callable[..., Any], *how: int) -> Awaitable[_Contestant]:
            path = folder / f"{contestant.__name__}{how}.db"
            migrations.upgrade(f"sqlite:///{path}")
            return stack.enter_async_context(contestant(path, *how))

        contestants = [await enter(_floor), *[await enter(_ours, waiting) for waiting in (1, 8, 64)], await enter(_orm)]
        return [
            tuple([await take(range(1 + events * turn, 1 + events * (turn + 1))) for take in contestants])
            for turn in range(rounds)
        ]


def run(rounds: int = 15, events: int = 100) -> list[Result]:
    """Measure all in one run and in turn, each on a file of its own."""
    with tempfile.TemporaryDirectory(prefix="threadline-bench-", dir=Path.cwd()) as folder:
        measured = uvloop.run(_compete(Path(folder), rounds, events))[1:]  # the first round warms up
    floor, alone, eight, many, orm = (median(times) for times in zip(*measured, strict=True))

    def per_second(seconds: float) -> str:
        return f"{1 / seconds:,.0f} events/s"

    return [
        Result(
            goal="P4",
            what="ingest alone against raw sqlite3 (time)",
            ratio=median(one[1] / one[0] for one in measured),
            limit=3,
            detail=f"{per_second(alone)} against {per_second(floor)}",
        ),
        Result(
            goal="P4",
            what="ingest, 8 in flight, against raw sqlite3 alone (time)",
            ratio=median(one[2] / one[0] for one in measured),
            limit=2,
            detail=f"{per_second(eight)}, 64 in flight {per_second(many)} against {per_second(floor)}",
        ),
        Result(
            goal="P4",
            what="ingest, 8 in flight, against the idiomatic asynchronous ORM (rate)",
            ratio=median(one[4] / one[2] for one in measured),
            limit=10,
            at_least=True,
            detail=f"{per_second(eight)} against {per_second(orm)}, {orm / alone:.1f} times slower than ours alone",
        ),
    ]
