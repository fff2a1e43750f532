"""A tick that hangs ends the process, so that whoever started it starts it again; nothing else does."""

import asyncio
import sys
import threading
from asyncio.subprocess import PIPE, create_subprocess_exec
from itertools import count

import pytest

from bot.watchdog import Pulse, Watchdog

HANGS = """
import asyncio, sys, threading
from bot.clock import SystemClock
from bot.scheduler import Alarm
from bot.watchdog import Watchdog

async def main(how):
    dog = Watchdog(within=0.5)
    async def tick():
        if how == "the event loop":
            threading.Event().wait()
        if how == "a tick":
            await asyncio.Event().wait()
        dog.fed()
    alarm = Alarm(tick=tick, clock=SystemClock())
    dog.watch()
    alarm.start()
    await asyncio.Event().wait()

asyncio.run(main(sys.argv[1]))
"""
LONG_START = """
import threading
from bot.watchdog import Watchdog
dog = Watchdog(within=0.05)
threading.Event().wait(0.5)   # the start takes ten times as long as a tick may
dog.watch()
dog.fed()
dog.stop()
"""


async def ended(script, *arguments):
    process = await create_subprocess_exec(sys.executable, "-c", script, *arguments, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    return process.returncode, (out + err).decode()


@pytest.mark.parametrize("what", ["the event loop", "a tick"])
async def test_a_process_whose_tick_hangs_ends_with_a_clear_line(what):
    code, said = await ended(HANGS, what)
    assert code == 70
    assert "watchdog.ended_the_process" in said
    assert "No tick completed for 1 s." in said or "No tick completed for 0 s." in said
    assert said.count("watchdog.ended_the_process") == 1


async def test_it_says_where_the_process_hangs():
    _, said = await ended(HANGS, "the event loop")
    assert "in tick" in said


async def test_a_start_may_take_as_long_as_it_takes():
    assert await ended(LONG_START) == (0, "")


class Watched:
    """A watchdog whose clock says what a test wants, looked at until it has looked often enough."""

    def __init__(self, instants, *, looks, fed=False):
        self._instants = iter(instants)
        self._looks = looks
        self._fed = fed
        self._enough = threading.Event()
        self.ended = []
        self._dog = Watchdog(within=0.01, end=self._end, monotonic=self._look)

    def _look(self):
        self._looks -= 1
        if self._looks == 0:
            self._enough.set()
        if self._fed:
            self._dog.fed()
        return next(self._instants)

    def _end(self, silent):
        self.ended.append(silent)
        self._enough.set()

    def run(self):
        self._dog.watch()
        assert self._enough.wait(30)
        self._dog.stop()
        return self.ended


def test_while_ticks_come_to_their_end_nothing_happens():
    assert Watched((step * 0.001 for step in count()), looks=100, fed=True).run() == []


def test_without_ticks_it_ends_the_process_once():
    assert len(Watched((step * 0.001 for step in count()), looks=100).run()) == 1


def test_time_in_which_the_whole_machine_was_asleep_is_not_held_against_the_tick():
    asleep = [0.0, 3600.0, 7200.0, 10800.0]
    assert Watched([*asleep, *([10800.0] * 1000)], looks=50).run() == []


def test_the_age_of_the_tick_is_that_of_the_last_one_that_succeeded():
    now = [100.0]
    pulse = Pulse(monotonic=lambda: now[0])
    assert (pulse.age, pulse.is_well) == (None, True)  # none is expected yet
    pulse.begin()
    now[0] = 130.0
    assert (pulse.age, pulse.is_well) == (30.0, True)
    pulse.ticked()
    now[0] = 190.0
    assert (pulse.age, pulse.is_well) == (60.0, True)
    now[0] = 190.5
    assert (pulse.age, pulse.is_well) == (60.5, False)


async def test_the_bot_is_watched_from_its_first_tick_on(desk, monkeypatch):
    ended, over = [], asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(silent):
        ended.append(silent)
        loop.call_soon_threadsafe(over.set)

    async def hang(_desk):
        await asyncio.Event().wait()

    monkeypatch.setattr(desk.bot.recovery, "ticked", hang)
    monkeypatch.setattr(desk.bot.rounds, "_watchdog", Watchdog(within=0.5, end=end))
    desk.bot.rounds.judge()
    async with asyncio.timeout(30):
        await over.wait()
    assert len(ended) == 1
    assert desk.bot.health.alive().detail["tick_age_seconds"] is not None
    monkeypatch.setattr("bot.app.STOP_SECONDS", 0.1)


async def test_a_bot_whose_ticks_come_is_left_alone_and_tells_their_age(desk, monkeypatch):
    ended = []
    monkeypatch.setattr(desk.bot.rounds, "_watchdog", Watchdog(within=60, end=ended.append))
    desk.bot.rounds.judge()
    async with asyncio.timeout(30):
        while desk.bot.rounds.alarm.ticked_at is None:  # noqa: ASYNC110 - the scheduler calls nobody back
            await asyncio.sleep(0.01)
    assert (await desk.get("/healthz"))[0] == 200
    assert ended == []
