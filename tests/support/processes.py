"""The command ``threadline`` as a process: run to its end, or started, listened to and killed.

The processes are forked from one that has loaded the program's modules already, so that a test spends its time on work
and not on imports; beyond that they are like those that a shell starts.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import warnings
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING

from coverage import Coverage

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
_POLL_SECONDS = 0.02
_NUMBERS = count(1)
_CODE = [_ROOT]


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
    """A command that has ended; the code is negative for one that a signal ended."""

    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        """The lines of stderr."""
        return self.err.splitlines()


class Command:
    """``threadline`` with arguments, an environment of its own and a folder to be in."""

    def __init__(self, *arguments: str, folder: Path, stdin: str = "", **variables: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        self._arguments = arguments
        self._environment = kept | variables
        self._folder = folder
        self._stdin = stdin
        self._files: dict[int, Path] = {}
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Start it, and forget what an earlier life has said."""
        place = self._folder / ".said"
        place.mkdir(exist_ok=True)
        name = f"{os.getpid()}-{next(_NUMBERS)}"
        self._files = {0: place / f"{name}.in", 1: place / f"{name}.out", 2: place / f"{name}.err"}
        for file in self._files.values():
            file.write_text(self._stdin if file.suffix == ".in" else "", encoding="utf-8")
        files = {number: str(file) for number, file in self._files.items()}
        measured = Coverage.current() is not None
        self._process = _quick_starts().Process(
            target=_run,
            args=(self._arguments, self._environment, str(self._folder), files, str(_CODE[-1]), measured),
        )
        self._process.start()

    @property
    def out(self) -> str:
        """What it has written to stdout so far."""
        return self._files[1].read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it has written to stderr so far."""
        return self._files[2].read_text(encoding="utf-8")

    def has_said(self, words: str) -> bool:
        """Whether these words are on stdout; raises when it has ended without them."""
        alive = self._process is not None and self._process.is_alive()
        if words in self.out:
            return True
        if not alive:
            raise AssertionError(f"It ended without saying {words!r}:\n{self.out[-2000:]}{self.err[-4000:]}")
        return False

    async def says(self, words: str) -> None:
        """Wait until these words are on stdout."""
        await until(lambda: self.has_said(words))

    def strike(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    async def end(self, number: signal.Signals | None = None) -> Ended:
        """Send a signal, if one is given, and wait for the end."""
        process = self._process
        assert process is not None
        if number is not None:
            self.strike(number)
        await until(lambda: not process.is_alive())
        assert process.exitcode is not None
        return Ended(code=process.exitcode, out=self.out, err=self.err)

    async def destroy(self) -> None:
        """Kill it if it still runs."""
        if self._process is not None and self._process.is_alive():
            await self.end(signal.SIGKILL)


async def threadline(*arguments: str, folder: Path, stdin: str = "", **variables: str) -> Ended:
    """Run a command in a folder to its end."""
    command = Command(*arguments, folder=folder, stdin=stdin, **variables)
    command.start()
    try:
        return await command.end()
    finally:
        await command.destroy()


@asynccontextmanager
async def started(*arguments: str, folder: Path, **variables: str) -> AsyncIterator[Command]:
    """Start a command; it is killed in the end if it still runs."""
    command = Command(*arguments, folder=folder, **variables)
    command.start()
    try:
        yield command
    finally:
        await command.destroy()


def run_code_of(checkout: Path) -> None:
    """Let every command of this process run the code of another checkout; call it before the first is started."""
    here, path = Path.cwd(), os.environ.get("PYTHONPATH")
    _quick_starts()
    os.chdir(checkout)
    os.environ["PYTHONPATH"] = str(checkout)
    sys.path.insert(0, str(checkout))
    try:
        forkserver.ensure_running()
    finally:
        sys.path.remove(str(checkout))
        os.chdir(here)
        os.environ.pop("PYTHONPATH") if path is None else os.environ.update(PYTHONPATH=path)
    _CODE.append(checkout)


def _quick_starts() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bot.cli", "alembic.command", "aiosqlite", "uvicorn.protocols.http.auto"])
    return context


def _run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: str,
    files: Mapping[int, str],
    code: str,
    measured: bool,
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in files.items():
        os.dup2(os.open(file, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_APPEND), number)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    sys.argv = ["threadline", *arguments]
    warnings.simplefilter("error")
    from bot.__main__ import main

    assert Path(main.__code__.co_filename).is_relative_to(code), f"It would run the code of another folder than {code}."
    if not measured:
        main()
        return
    coverage = Coverage(data_file=_ROOT / ".coverage", data_suffix=True, config_file=_ROOT / "pyproject.toml")
    # What was loaded before the fork could not be seen being loaded: that is what the other tests measure.
    coverage.set_option("run:disable_warnings", ["module-not-measured", "already-imported", "no-data-collected"])
    coverage.start()
    try:
        main()
    finally:
        coverage.stop()
        coverage.save()
