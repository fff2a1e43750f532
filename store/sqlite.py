"""SQLite: one thread takes whole transactions and commits those that wait together."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, cast

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from store.errors import as_store_error
from store.leases import VIRTUAL_CLOCK
from store.wake import Topic, collect

_BUSY_SECONDS = 10
_MOST_UNITS = 128
_READERS = 4

Unit = Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class _Waiting:
    unit: Unit
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    future: asyncio.Future[Any]
    value: Any
    error: BaseException | None


def _settings(connection: Any, *, writes: bool) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" says BEGIN, not the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    if writes:
        cursor.execute("PRAGMA journal_mode = WAL")
        # NORMAL loses acknowledged commits in a power cut; FULL does not.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_size_limit = 67108864")
    else:
        cursor.execute("PRAGMA query_only = ON")
    cursor.close()


class ImmediateDialect(SQLiteDialect_pysqlite):
    """SQLite whose transactions begin with the write lock (an event listener would cost each statement 5 us)."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Take the lock now, or wait for it."""
        dbapi_connection.execute("BEGIN IMMEDIATE")


_IMMEDIATE = "immediate"
registry.register(f"sqlite.{_IMMEDIATE}", __name__, ImmediateDialect.__name__)


def writing_engine(url: URL, *, virtual_clock: bool = False) -> Engine:
    """A synchronous engine whose transactions take the write lock at once.

    A deferred transaction that turns to writing fails with BUSY_SNAPSHOT whatever the timeout.
    """
    engine = create_engine(
        url.set(drivername=f"sqlite+{_IMMEDIATE}"),
        poolclass=NullPool,
        execution_options={VIRTUAL_CLOCK: virtual_clock},
        hide_parameters=True,  # they hold what customers wrote, and errors are logged
    )
    event.listen(engine, "connect", lambda connection, _: _settings(connection, writes=True))
    return engine


def reading_engine(url: URL) -> AsyncEngine:
    """An engine whose transactions see one snapshot and cannot write."""
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"), pool_size=_READERS, max_overflow=0, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", lambda connection, _: _settings(connection, writes=False))
    event.listen(engine.sync_engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN"))
    return engine


class _Savepoint:
    """Keeps the failure of one unit from its neighbours; `error` is that failure."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        self._driver.execute("SAVEPOINT unit")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not self._driver.in_transaction:  # a full disk, for one, rolls the whole transaction back
            reason = error.orig if isinstance(error, DBAPIError) else "the transaction was rolled back"
            raise sqlite3.OperationalError(str(reason)) from error
        if error is not None:
            self._driver.execute("ROLLBACK TO unit")
        self._driver.execute("RELEASE unit")
        self.error = error
        return True


class Writer:
    """The one thread that writes. Futures resolve only after the commit."""

    def __init__(self, url: URL, *, virtual_clock: bool, on_commit: Callable[[frozenset[Topic]], None]) -> None:
        self._name = url.database or ""
        self._engine = writing_engine(url, virtual_clock=virtual_clock)
        self._on_commit = on_commit
        self._gathered: list[_Waiting] = []
        self._queue: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="threadline-writer", daemon=True)
        self._thread.start()

    async def write(self, unit: Unit) -> Any:
        """Run `unit` in a transaction, perhaps together with its neighbours."""
        waiting = _Waiting(unit, self._loop.create_future())
        if not self._gathered:
            # Those whom one commit released write again within one turn of the loop: let them go together.
            self._loop.call_soon(self._hand_over)
        self._gathered.append(waiting)
        return await waiting.future

    def _hand_over(self) -> None:
        if self._gathered:
            self._queue.put(self._gathered)
            self._gathered = []

    async def stop(self) -> None:
        """Finish what waits, then end the thread."""
        self._hand_over()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._engine.dispose()

    def _run(self) -> None:
        conn: Connection | None = None
        while batch := self._next_batch():
            topics: frozenset[Topic] = frozenset()
            try:
                conn = conn or self._engine.connect()
                outcomes = _commit(conn, batch)
                topics = collect(conn)
            except (SQLAlchemyError, sqlite3.Error) as error:
                outcomes = [_Outcome(waiting.future, None, error) for waiting in batch]
                if conn is not None:
                    conn.close()
                conn = None  # the next batch starts afresh, whatever the trouble was
            self._resolve(outcomes, topics)
        if conn is not None:
            conn.close()

    def _next_batch(self) -> list[_Waiting]:
        """Everybody who waits now; empty when it is time to stop."""
        batch = list(self._queue.get() or ())
        while batch and len(batch) < _MOST_UNITS:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._queue.put(None)
                break
            batch += more
        return batch

    def _resolve(self, outcomes: list[_Outcome], topics: frozenset[Topic]) -> None:
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            self._loop.call_soon_threadsafe(self._tell, outcomes, topics)

    def _tell(self, outcomes: list[_Outcome], topics: frozenset[Topic]) -> None:
        for outcome in outcomes:
            if outcome.future.done():
                continue
            if outcome.error is None:
                outcome.future.set_result(outcome.value)
            else:
                outcome.future.set_exception(as_store_error(outcome.error, self._name))
        if topics:
            self._on_commit(topics)


def _commit(conn: Connection, batch: Sequence[_Waiting]) -> list[_Outcome]:
    """Run the units in one transaction, each in a savepoint of its own."""
    outcomes: list[_Outcome] = []
    driver = cast("sqlite3.Connection", conn.connection.driver_connection)
    with conn.begin():
        for waiting in batch:
            if waiting.future.cancelled():
                continue
            value = None
            with _Savepoint(driver) as savepoint:
                value = waiting.unit(conn)
            outcomes.append(_Outcome(waiting.future, value, savepoint.error))
    return outcomes
