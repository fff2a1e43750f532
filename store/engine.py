"""The database as the rest of the program sees it: units that write, units that read."""

import asyncio
from collections.abc import Callable
from typing import Any, Self, TypeVar, cast
from uuid import uuid4

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from store import migrations, postgresql, sqlite
from store.errors import StoreError, as_store_error
from store.hold import Hold
from store.urls import parse_url
from store.wake import Topic

T = TypeVar("T")
Listening = Callable[[frozenset[Topic]], None]


class Database:
    """Whole transactions on one database.

    A unit is a plain function of a connection: it cannot await, so no network call hides inside a transaction. It
    neither commits nor rolls back. `write` returns after the commit; a unit that raises changes nothing. On
    PostgreSQL a unit runs again after a deadlock, so it must not have other effects than its statements.

    Args:
        url: `sqlite:///FILE` or `postgresql://...`.
        virtual_clock: Leases obey the `now` of callers also on PostgreSQL (see `store.leases`).
    """

    def __init__(self, url: str, *, virtual_clock: bool = False) -> None:
        self.url = parse_url(url)
        self.replica = uuid4().hex
        self._virtual_clock = virtual_clock
        self._listening: list[Listening] = []
        self._writer: sqlite.Writer | postgresql.Writer | None = None
        self._reader: AsyncEngine | None = None
        self._listener: postgresql.Listener | None = None
        self._hold = None if self.is_postgresql else Hold(self.url)
        self._one_thread = asyncio.Semaphore(1)

    @property
    def is_postgresql(self) -> bool:
        """Whether several replicas may share this database."""
        return self.url.get_backend_name() == "postgresql"

    async def open(self, *, migrate: bool = False) -> None:
        """Check the schema (or, with `migrate`, bring it up to date) and start the writer.

        Raises:
            SchemaError: The tables are newer than this program, or older and `migrate` is off.
            UnavailableError: The database cannot be reached.
        """
        prepare = migrations.upgrade if migrate else migrations.check
        await asyncio.to_thread(prepare, self.url)
        if self.is_postgresql:
            self._writer = postgresql.Writer(
                self.url, replica=self.replica, virtual_clock=self._virtual_clock, on_commit=self._tell
            )
            self._reader = postgresql.reading_engine(self.url)
            self._listener = postgresql.Listener(self.url, replica=self.replica, on_notify=self._tell)
        else:
            self._writer = sqlite.Writer(self.url, virtual_clock=self._virtual_clock, on_commit=self._tell)
            self._reader = sqlite.reading_engine(self.url)

    async def close(self) -> None:
        """Finish the units that wait, close every connection, let go of the file."""
        listener, writer, reader = self._listener, self._writer, self._reader
        self._listener = self._writer = self._reader = None  # from here on no unit is taken in
        if listener is not None:
            await listener.stop()
        if writer is not None:
            await writer.stop()
        if reader is not None:
            await reader.dispose()
        if self._hold is not None:
            self._hold.release()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def hold(self) -> None:
        """Claim an SQLite file for this `run` until `close` or death; on PostgreSQL any number may run.

        Raises:
            AlreadyRunningError: Another process holds it.
        """
        if self._hold is not None:
            self._hold.take()

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` in one transaction and return its value once that is committed.

        Cancelling the caller does not undo a unit that has begun.

        Raises:
            UnavailableError: The database failed; nothing was stored.
            CommitUnknownError: The connection broke during the commit.
        """
        if self._writer is None:
            raise StoreError("The database is not open.")
        return cast("T", await self._writer.write(unit))

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` on one snapshot of the database; it cannot write.

        Raises:
            UnavailableError: The database failed.
        """
        if self._reader is None:
            raise StoreError("The database is not open.")
        try:
            try:
                return await self._read(self._reader, unit)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            return await self._read(self._reader, unit)  # a failover leaves dead connections in the pool, once
        except DBAPIError as error:
            raise as_store_error(error, self.url.database or "") from error

    async def _read(self, reader: AsyncEngine, unit: Callable[[Connection], T]) -> T:
        async with reader.connect() as conn:
            return await conn.run_sync(unit)

    async def read_in_thread(self, unit: Callable[[Connection], T]) -> T:
        """As `read`, in a thread of its own: for units that compute for seconds, while the event loop goes on.

        They wait for each other, so that any number of them takes the memory of one. Closing the database ends the
        one that runs at its next statement.

        Raises:
            UnavailableError: The database failed.
            StoreError: The database is not open any more.
        """
        async with self._one_thread:
            if self._reader is None:
                raise StoreError("The database is not open.")
            try:
                return await asyncio.to_thread(lambda: asyncio.run(self._read_alone(unit)))
            except DBAPIError as error:
                raise as_store_error(error, self.url.database or "") from error

    async def _read_alone(self, unit: Callable[[Connection], T]) -> T:
        reader = (postgresql if self.is_postgresql else sqlite).reading_engine(self.url)
        event.listen(reader.sync_engine, "before_cursor_execute", self._go_on)
        try:
            return await self._read(reader, unit)
        finally:
            await reader.dispose()

    def _go_on(self, *_: Any) -> None:
        if self._reader is None:
            raise StoreError("The database is not open.")

    def on_notify(self, callback: Listening) -> None:
        """Have `callback` called in the event loop with what a commit, here or in another replica, gave reason for."""
        self._listening.append(callback)

    async def listening(self) -> None:
        """Wait until commits of other replicas are heard; on SQLite there are none."""
        if self._listener is not None:
            await self._listener.listening.wait()

    def _tell(self, topics: frozenset[Topic]) -> None:
        for callback in self._listening:
            callback(topics)
