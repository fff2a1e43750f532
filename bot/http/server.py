"""The HTTP server: bound before anything else starts, so that a taken port is one clear sentence."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from bot.errors import BotError


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals stop the whole program, which then stops this server."""
        yield


class HttpServer:
    """Serves one application on one address."""

    def __init__(self, app: FastAPI, *, host: str, port: int) -> None:
        self._app = app
        self._host, self._port = host, port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen; the address, with the port that the system chose where 0 was asked for.

        Raises:
            BotError: Another program listens there, or the address is not this machine's.
        """
        listening = _bind(self._host, self._port)
        config = uvicorn.Config(self._app, log_config=None, access_log=False, lifespan="off", server_header=False)
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="http")
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise BotError(f"The web server did not start on {self._host}:{self._port}.")
            await asyncio.sleep(0.005)
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{listening.getsockname()[1]}"

    async def stop(self) -> None:
        """Finish the requests in flight and close."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise BotError(
                f"Port {port} on {host} is taken by another program: stop it, or listen elsewhere (THREADLINE_LISTEN)."
            ) from None
        raise BotError(f"Cannot listen on {host}:{port}: {error.strerror}.") from None
    return listening
