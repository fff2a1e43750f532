"""A desk served in a thread of its own, for clients that know nothing of event loops."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from fastapi import FastAPI

from bot.clock import ManualClock
from bot.http.server import HttpServer
from bot.http.zendesk.app import mount_api
from tests.support.api import make_token
from tests.support.desk import MONDAY, Desk, opened

PATIENCE = 110.0


@dataclass(slots=True)
class Served:
    """Where the API is, with tokens, and a way to let things happen in Slack meanwhile."""

    address: str
    admin: str
    agent: str
    viewer: str
    loop: asyncio.AbstractEventLoop
    desk: Desk

    def happen(self, work: Callable[[Desk], Any]) -> Any:
        """Wait until something was done on the desk."""
        return asyncio.run_coroutine_threadsafe(work(self.desk), self.loop).result(PATIENCE)


@contextmanager
def served(database: str) -> Iterator[Served]:
    """The API of a desk with three tickets, without a limit to the number of requests."""
    ready, stop, found = threading.Event(), threading.Event(), []

    async def serve() -> None:
        async with opened(database, clock=ManualClock(MONDAY)) as desk:
            thread = await desk.post("U0RITA", "The export is empty")
            await desk.post("U0ANA", "I am looking", thread=thread)
            await desk.post("U0HANK", "production down", channel="C0GLOBEX")
            await desk.post("U0MILTON", "Where is my stapler?", channel="C0HELP")
            tokens = [await make_token(desk.bot.db, role=role) for role in ("admin", "agent", "viewer")]
            web = FastAPI(openapi_url=None)
            mount_api(web, replace(desk.bot._api(), requests_per_minute=10**9))
            server = HttpServer(web, host="127.0.0.1", port=0)
            address = await server.start()
            found.append(Served(address, *tokens, loop=asyncio.get_running_loop(), desk=desk))
            ready.set()
            await asyncio.to_thread(stop.wait)
            await server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE), "the desk did not open"
    try:
        yield found[0]
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the desk did not close"
