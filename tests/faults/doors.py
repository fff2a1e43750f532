"""The way of one process to the sandbox: it lets everything through and knows what is under way.

A process is killed on purpose while it sends, looks a message up, or reads the history. Its database says that it does,
but not which of three processes: that is seen here.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from enum import StrEnum

_ENDED_RECENTLY_SECONDS = 0.05


class Errand(StrEnum):
    """Why a process talks to Slack."""

    SEND = "send"
    LOOK_UP = "look up"
    READ = "read"
    ASK = "ask"
    OTHER = "other"


class Door:
    """A port of one process's own in front of the sandbox."""

    def __init__(self, sandbox_port: int) -> None:
        self._sandbox_port = sandbox_port
        self._server: asyncio.Server | None = None
        self._under_way: dict[int, Errand] = {}
        self._ended_at: dict[Errand, float] = {}
        self._waiting: list[tuple[Errand, asyncio.Future[None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.behind: set[int] = set()

    async def open(self) -> str:
        """Listen; the address in place of the sandbox's."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{self.port}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def is_under_way(self, errand: Errand) -> bool:
        """Whether such a call has begun and not ended."""
        return errand in self._under_way.values()

    def is_at(self, errand: Errand) -> bool:
        """Whether such a call is under way, or was a moment ago."""
        recently = time.monotonic() - self._ended_at.get(errand, 0.0) < _ENDED_RECENTLY_SECONDS
        return recently or self.is_under_way(errand)

    def has_done(self, errand: Errand) -> bool:
        """Whether such a call has ended since the last `forget`."""
        return errand in self._ended_at

    def forget(self) -> None:
        """A new life of the process begins."""
        self._ended_at.clear()

    async def sees(self, errand: Errand) -> None:
        """Wait until such a call begins, unless one is under way."""
        if self.is_under_way(errand):
            return
        seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = (errand, seen)
        self._waiting.append(waiting)
        try:
            await seen
        finally:
            self._waiting.remove(waiting)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._sandbox_port)
            port = up_writer.get_extra_info("sockname")[1]
            self.behind.add(port)
            try:
                await _either(
                    _pump(reader, up_writer, lambda data: self._asked(port, data)),
                    _pump(up_reader, writer, lambda data: self._answered(port, data)),
                )
            finally:
                self.behind.discard(port)
                self._end(port)
                up_writer.transport.abort()
                writer.transport.abort()

    def _asked(self, connection: int, data: bytes) -> bytes:
        if data.startswith((b"POST /api/", b"GET /api/")):
            errand = _errand(data)
            self._under_way[connection] = errand
            for wanted, seen in self._waiting:
                if wanted is errand and not seen.done():
                    seen.set_result(None)
        return data

    def _answered(self, connection: int, data: bytes) -> bytes:
        self._end(connection)
        # Socket Mode is to come through this door, too: both ports have five digits.
        return data.replace(b"ws://127.0.0.1:%d/" % self._sandbox_port, b"ws://127.0.0.1:%d/" % self.port)

    def _end(self, connection: int) -> None:
        errand = self._under_way.pop(connection, None)
        if errand is not None:
            self._ended_at[errand] = time.monotonic()


def _errand(request: bytes) -> Errand:
    line = request.split(b"\r\n", 1)[0]
    method = line.split(b"/api/", 1)[1]
    if method.startswith((b"chat.post", b"chat.update")):
        return Errand.SEND
    if method.startswith((b"conversations.history", b"conversations.replies")) and b"include_all_metadata" in request:
        return Errand.LOOK_UP
    if method.startswith((b"conversations.history", b"users.conversations")):
        return Errand.READ
    return Errand.ASK if method.startswith(b"conversations.replies") else Errand.OTHER


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, see: Callable[[bytes], bytes]) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(see(data))
            await writer.drain()


async def _either(*pumps: Coroutine[None, None, None]) -> None:
    """Both directions, until one has ended: then what was said last has been passed on."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
