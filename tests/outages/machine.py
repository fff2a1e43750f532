"""A machine of its own for `threadline run`, whose clock anybody may set while it runs."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import libfaketime

_LIBRARY = Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class Machine:
    """A process that lives by a clock of its own; what it has said is in a file."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self._clock, self._said = folder / "clock", folder / "said"
        self._folder = folder
        self._environment = {name: value for name, value in os.environ.items() if name in _KEPT} | variables
        self._process: asyncio.subprocess.Process | None = None

    def set_clock(self, seconds: int) -> None:
        """From now on its clock differs by that much from the right time."""
        aside = self._clock.with_suffix(".new")
        aside.write_text(f"{seconds:+d}\n", encoding="utf-8")
        aside.replace(self._clock)

    def limit_files(self, size: int) -> None:
        """Let no file grow beyond that many bytes, as on a disk that is full; -1 is no limit."""
        assert self._process is not None
        _, hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, hard))

    async def start(self) -> None:
        """Start `threadline run`."""
        self.set_clock(0)
        clocks = {
            "LD_PRELOAD": str(_LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        root = str(Path(__file__).parents[2])
        with self._said.open("wb") as said:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run",
                cwd=self._folder, env=self._environment | clocks | {"PYTHONPATH": root}, stdout=said, stderr=said,
            )  # fmt: skip

    @property
    def said(self) -> str:
        """Everything that it has written so far."""
        return self._said.read_text(encoding="utf-8")

    def has_said(self, words: str) -> bool:
        """Whether these words were written; raises when it has ended without them."""
        process = self._process
        if words not in self.said and (process is None or process.returncode is not None):
            raise AssertionError(f"It ended without saying {words!r}:\n{self.said[-4000:]}")
        return words in self.said

    async def end(self) -> int:
        """Ask it to stop, and wait until it has."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        return await self._process.wait()

    async def destroy(self) -> None:
        """Kill it if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def running(folder: Path, **variables: str) -> AsyncIterator[Machine]:
    """A machine on which `threadline run` is up."""
    machine = Machine(folder, **variables)
    try:
        await machine.start()
        yield machine
    finally:
        await machine.destroy()
