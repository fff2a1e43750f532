"""The command ``threadline`` as a process: run to its end, or started, waited for and killed."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
_POLL_SECONDS = 0.02


def environment_of(**variables: str) -> dict[str, str]:
    """The environment of a process: nothing of ours but what every program needs, and what is given."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("COVERAGE_")}
    return kept | {"PYTHONPATH": str(_ROOT), "PYTHONWARNINGS": "error"} | variables


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that happens in another process; the test's own timeout ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - what is waited for is in another process
        await asyncio.sleep(_POLL_SECONDS)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command that ran to its end."""

    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        """The lines of stderr."""
        return self.err.splitlines()


async def threadline(*arguments: str, folder: Path, stdin: str = "", **variables: str) -> Ended:
    """Run a command in a folder of its own to its end."""
    process = await _start(arguments, folder, variables)
    out, err = await process.communicate(stdin.encode())
    assert process.returncode is not None
    return Ended(code=process.returncode, out=out.decode(), err=err.decode())


async def _start(arguments: Sequence[str], folder: Path, variables: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env=environment_of(**variables),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


class Started:
    """A command that goes on until it is told to stop."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""

    async def says(self, words: str) -> str:
        """Wait for a line with these words on stdout, and return it; everything said before is kept."""
        assert self.process.stdout is not None
        while line := (await self.process.stdout.readline()).decode():
            self.said += line
            if words in line:
                return line.strip()
        raise AssertionError(f"It ended without saying {words!r}: {(await self.ended()).err}")

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """Send a signal, and wait for the end."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> Ended:
        """Wait for the end."""
        out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return Ended(code=self.process.returncode, out=self.said + out.decode(), err=err.decode())


@asynccontextmanager
async def started(*arguments: str, folder: Path, **variables: str) -> AsyncIterator[Started]:
    """Start a command; it is killed in the end if it still runs."""
    process = await _start(arguments, folder, variables)
    try:
        yield Started(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def _quick_starts() -> ForkServerContext:
    """Processes whose imports are done already: a kill test spends its time on work, not on loading modules."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.cli", "alembic.command", "aiosqlite", "uvicorn.protocols.http.auto"])
    return context


class Mortal:
    """``threadline`` as a process that is killed and started again; what it says goes to a file."""

    def __init__(self, *arguments: str, folder: Path, **variables: str) -> None:
        self._arguments = arguments
        self._folder = folder
        self._environment = environment_of(**variables)
        self._log = folder / "threadline.log"
        self._heard = 0
        self._context = _quick_starts()
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Start it."""
        self._heard = len(self.log)
        self._process = self._context.Process(
            target=_run, args=(self._arguments, self._environment, str(self._folder), str(self._log))
        )
        self._process.start()

    @property
    def log(self) -> str:
        """Everything that all its lives have said."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def has_said(self, words: str) -> bool:
        """Whether its present life has said that; raises when that life is over."""
        said = self.log[self._heard :]
        if self._process is not None and not self._process.is_alive():
            raise AssertionError(f"It ended by itself with {self._process.exitcode}:\n{said[-4000:]}")
        return words in said

    async def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit code, negative for a signal."""
        process = self._process
        assert process is not None
        assert process.pid is not None
        os.kill(process.pid, number)
        await until(lambda: not process.is_alive())
        self._process = None
        assert process.exitcode is not None
        return process.exitcode

    async def destroy(self) -> None:
        """Kill it if it still runs."""
        if self._process is not None and self._process.is_alive():
            await self.end(signal.SIGKILL)


def _run(arguments: Sequence[str], environment: Mapping[str, str], folder: str, log: str) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = ["threadline", *arguments]
    from bot.__main__ import main

    main()
