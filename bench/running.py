"""Programs in processes of their own: ``threadline run`` at a sandbox workspace, and whatever it is compared with."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox import Sandbox

_ROOT = Path(__file__).parents[1]
DESKS, CUSTOMERS = 8, 10
_CONFIG = """
admins: [U0ADA]
agents: {users: [U0ADA], home_workspace: false}
alert_channel: C0TRIAGE
default_priority: normal
channels:
  defaults: {acknowledge: off}
%s
policies:
  - title: Quick
    targets:
      normal: {first_reply_time: 1h, next_reply_time: 2h, requester_wait_time: 8h}
routes:
  default: {thresholds: {"80%%": [alert_channel], "0": [alert_channel, assignee]}}
"""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A program that takes connections."""

    pid: int
    port: int
    folder: Path


@asynccontextmanager
async def program(*arguments: str, folder: Path, port: int, **variables: str) -> AsyncIterator[Running]:
    """Run ``python -m ARGUMENTS`` in a folder until the end of the block, from when it takes connections on a port."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= variables | {"PYTHONPATH": str(_ROOT)}
    log = folder / f"{port}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: ASYNC220 - it only has to start
            [sys.executable, "-m", *arguments], cwd=folder, stdout=said, stderr=said, env=environment
        )
        try:
            while not await _answers(port):
                if process.poll() is not None:
                    raise RuntimeError(log.read_text(encoding="utf-8"))
                await asyncio.sleep(0.05)
            yield Running(pid=process.pid, port=port, folder=folder)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


async def _answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False


@asynccontextmanager
async def threadline(folder: Path, app: dict[str, Any], base: str) -> AsyncIterator[Running]:
    """The whole program as `threadline run` starts it, on an SQLite file, reached by signed HTTP."""
    channels = "\n".join(f"  C0DESK{number}: {{}}" for number in range(DESKS))
    (folder / "threadline.yml").write_text(_CONFIG % channels, encoding="utf-8")
    port = free_port()
    async with program(
        "bot",
        "run",
        folder=folder,
        port=port,
        SLACK_API_URL=f"{base}/api/",
        SLACK_BOT_TOKEN=app["bot_token"],
        SLACK_SIGNING_SECRET=app["signing_secret"],
        THREADLINE_LISTEN=f"127.0.0.1:{port}",
        THREADLINE_LOG="json",
    ) as running:
        yield running


def furnished(sandbox: Sandbox) -> dict[str, Any]:
    """A workspace with customers in eight channels, and the app installed in it."""
    build = sandbox.build
    build.workspace("Helpful Ltd", id="T0HOME", domain="helpful")
    people = ["U0ADA", *(f"U0CUST{number}" for number in range(CUSTOMERS))]
    for user in people:
        build.user("T0HOME", user.lower(), id=user)
    app = build.app("Threadline", id="A0SLA", socket_mode=False)
    installed = build.install("A0SLA", "T0HOME", bot_user="U0BOT")
    for channel in ("C0TRIAGE", *(f"C0DESK{number}" for number in range(DESKS))):
        build.channel("T0HOME", channel.lower(), id=channel, members=[*people, "U0BOT"])
    return app | installed


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
