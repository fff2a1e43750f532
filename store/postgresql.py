"""PostgreSQL: a few threads take whole transactions; NOTIFY tells the other replicas."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from store.errors import CommitUnknownError, as_store_error
from store.leases import VIRTUAL_CLOCK
from store.wake import CHANNEL, Topic, collect, notify, parse

_WRITERS = 4
_READERS = 4
_RETRY_LISTEN_SECONDS = 5
_MOST_ATTEMPTS = 4
_DEADLOCK, _SERIALIZATION = "40P01", "40001"

# Without prepared statements every pooling mode of PgBouncer works.
_CONNECT = {"connect_timeout": 5, "application_name": "threadline", "prepare_threshold": None}

Unit = Callable[[Connection], Any]


def writing_engine(url: URL, *, virtual_clock: bool = False) -> Engine:
    """A synchronous engine, one connection for each writing thread."""
    engine = create_engine(
        url,
        pool_size=_WRITERS,
        max_overflow=0,
        connect_args=_CONNECT,
        execution_options={VIRTUAL_CLOCK: virtual_clock},
        hide_parameters=True,  # they hold what customers wrote, and errors are logged
    )
    event.listen(engine, "handle_error", _drop_details)
    return engine


def _drop_details(context: ExceptionContext) -> None:
    """PostgreSQL quotes the failing row below the first line of an error; only that line says what went wrong."""
    failure, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(failure, psycopg.Error) and failure.diag.message_detail is not None:
        whole, point = str(failure), failure.diag.message_primary or type(failure).__name__
        failure.args = (point,)
        if wrapped is not None:
            wrapped.args = tuple(each.replace(whole, point) for each in wrapped.args)


def reading_engine(url: URL) -> AsyncEngine:
    """An engine whose transactions see one snapshot and cannot write."""
    engine = create_async_engine(
        url,
        pool_size=_READERS,
        max_overflow=0,
        connect_args=_CONNECT,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "handle_error", _drop_details)
    return engine


class Writer:
    """A small pool of threads, each running one transaction at a time."""

    def __init__(
        self, url: URL, *, replica: str, virtual_clock: bool, on_commit: Callable[[frozenset[Topic]], None]
    ) -> None:
        self._name = url.database or ""
        self._replica = replica
        self._engine = writing_engine(url, virtual_clock=virtual_clock)
        self._threads = ThreadPoolExecutor(_WRITERS, thread_name_prefix="threadline-writer")
        self._on_commit = on_commit

    async def write(self, unit: Unit) -> Any:
        """Run `unit` in a transaction of its own; after a deadlock it runs again."""
        loop = asyncio.get_running_loop()
        value, topics = await loop.run_in_executor(self._threads, self._run, unit)
        if topics:
            self._on_commit(topics)
        return value

    async def stop(self) -> None:
        """Finish what waits, then close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _run(self, unit: Unit) -> tuple[Any, frozenset[Topic]]:
        attempt = 1
        while True:
            try:
                return self._transact(unit)
            except DBAPIError as error:
                if attempt == _MOST_ATTEMPTS or not _is_worth_another_try(error):
                    raise as_store_error(error, self._name) from error
            attempt += 1

    def _transact(self, unit: Unit) -> tuple[Any, frozenset[Topic]]:
        with self._engine.connect() as conn:
            collect(conn)  # what a failed attempt left
            with conn.begin() as transaction:
                value = unit(conn)
                topics = collect(conn)
                if topics:
                    notify(conn, self._replica, topics)
                try:
                    transaction.commit()
                except DBAPIError as error:
                    if error.connection_invalidated:
                        raise CommitUnknownError(
                            f"The database {self._name} was lost during a commit: the change may be stored or not."
                        ) from error
                    raise
        return value, topics


def _is_worth_another_try(error: DBAPIError) -> bool:
    """Whether nothing was stored and the same unit may succeed: a deadlock, or a connection found dead."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state in {_DEADLOCK, _SERIALIZATION}


class Listener:
    """Hears what other replicas committed. Without it (PgBouncer, say) a poll suffices."""

    def __init__(self, url: URL, *, replica: str, on_notify: Callable[[frozenset[Topic]], None]) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._replica = replica
        self._on_notify = on_notify
        self.listening = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="threadline-listener")

    async def stop(self) -> None:
        """End it."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            with suppress(psycopg.Error, OSError, UnicodeError):
                await self._listen()
            self.listening.clear()
            await asyncio.sleep(_RETRY_LISTEN_SECONDS)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5) as conn:
            await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            self.listening.set()
            async for notification in conn.notifies():
                self._hear(notification.payload)

    def _hear(self, payload: str) -> None:
        """Anybody who may use the database can notify: what is not one of ours is nothing to us."""
        if not payload.strip():
            return
        replica, topics = parse(payload)
        if replica != self._replica and topics:
            self._on_notify(topics)
