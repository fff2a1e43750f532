"""The alarm: the tick runs at the next due instant, and no failure stops it."""

import asyncio
from datetime import UTC, datetime, timedelta

import apscheduler.schedulers.base
import structlog

import bot.scheduler
from bot.clock import ManualClock, ScaledClock, SystemClock
from bot.scheduler import TICK_SECONDS, Alarm

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class Ticks:
    """Counts ticks; each takes the next result: an instant, None, or an error."""

    def __init__(self, *results):
        self.results = list(results)
        self.count = 0
        self.ticked = asyncio.Event()

    async def tick(self):
        self.count += 1
        self.ticked.set()
        result = self.results.pop(0) if self.results else None
        if isinstance(result, Exception):
            raise result
        return result

    async def once_more(self):
        self.ticked.clear()
        await self.ticked.wait()


def wakes_at(alarm):
    return alarm._scheduler.get_job("tick").next_run_time


async def ended(alarm):
    """A tick has ended when APScheduler knows that it has."""
    await alarm._idle.wait()


async def test_the_first_tick_comes_at_once_and_is_remembered():
    ticks = Ticks()
    alarm = Alarm(tick=ticks.tick, clock=ManualClock(NOON))
    assert alarm.ticked_at is None
    alarm.start()
    await ticks.ticked.wait()
    await alarm.stop(within=1)
    assert (ticks.count, alarm.ticked_at, alarm.failures) == (1, NOON, 0)


async def test_what_is_due_moves_the_alarm_nearer_and_never_further_away():
    ticks = Ticks()
    alarm = Alarm(tick=ticks.tick, clock=SystemClock())
    alarm.start()
    await ticks.ticked.wait()
    await ended(alarm)
    usual = wakes_at(alarm)
    alarm.due(datetime.now(UTC) + timedelta(hours=1))
    assert wakes_at(alarm) == usual
    soon = datetime.now(UTC) + timedelta(seconds=TICK_SECONDS / 3)
    alarm.due(soon)
    assert soon <= wakes_at(alarm) < usual
    alarm.due(datetime.now(UTC) - timedelta(hours=1))
    await ticks.once_more()
    await alarm.stop(within=1)
    assert ticks.count == 2


async def test_a_tick_says_itself_when_it_is_wanted_next():
    ticks = Ticks(datetime.now(UTC))
    alarm = Alarm(tick=ticks.tick, clock=SystemClock())
    alarm.start()
    await ticks.ticked.wait()
    async with asyncio.timeout(TICK_SECONDS / 3):
        await ticks.once_more()
    await alarm.stop(within=1)
    assert ticks.count == 2


async def test_on_a_clock_that_runs_fast_the_next_tick_comes_within_minutes_of_that_clock():
    clock, ticks = ScaledClock(NOON, 60), Ticks()
    alarm = Alarm(tick=ticks.tick, clock=clock)
    alarm.start()
    await ticks.ticked.wait()
    await ended(alarm)
    assert (wakes_at(alarm) - datetime.now(UTC)).total_seconds() <= 2
    await alarm.stop(within=1)


async def test_what_becomes_due_while_the_tick_runs_is_looked_at_right_after_it(caplog):
    begun, finish, count = asyncio.Event(), asyncio.Event(), 0

    async def tick():
        nonlocal count
        count += 1
        begun.set()
        await finish.wait()

    alarm = Alarm(tick=tick, clock=SystemClock())
    alarm.start()
    await begun.wait()
    for seconds in (5, 0, 3600):
        alarm.due(datetime.now(UTC) + timedelta(seconds=seconds))
        await asyncio.sleep(0)
    finish.set()
    begun.clear()
    async with asyncio.timeout(TICK_SECONDS / 3):
        await begun.wait()
    await ended(alarm)
    await alarm.stop(within=1)
    assert count == 2
    assert [record.message for record in caplog.records] == []


async def test_an_instant_that_waiting_does_not_bring_nearer_moves_nothing():
    ticks = Ticks()
    alarm = Alarm(tick=ticks.tick, clock=ManualClock(NOON))
    alarm.start()
    await ticks.ticked.wait()
    usual = wakes_at(alarm)
    alarm.due(NOON + timedelta(seconds=1))
    alarm.due(None)
    assert wakes_at(alarm) == usual
    await alarm.stop(within=1)


async def test_a_tick_that_fails_is_counted_and_the_next_one_comes():
    ticks = Ticks(OSError("the database is away"))
    alarm = Alarm(tick=ticks.tick, clock=SystemClock())
    with structlog.testing.capture_logs() as logged:
        alarm.start()
        await ticks.ticked.wait()
        alarm.due(datetime.now(UTC))
        await ticks.once_more()
        await alarm.stop(within=1)
    assert alarm.failures == 1
    assert [entry["event"] for entry in logged] == ["tick.failed"]
    assert alarm.ticked_at is not None


async def test_stopping_lets_a_running_tick_finish():
    begun, finish, finished = asyncio.Event(), asyncio.Event(), []

    async def tick():
        begun.set()
        await finish.wait()
        finished.append(True)

    alarm = Alarm(tick=tick, clock=ManualClock(NOON))
    alarm.start()
    await begun.wait()
    stopping = asyncio.create_task(alarm.stop(within=60))
    await asyncio.sleep(0)
    finish.set()
    await stopping
    assert finished == [True]


async def test_stopping_before_the_first_tick_has_begun_is_quiet(caplog):
    ticks = Ticks()
    alarm = Alarm(tick=ticks.tick, clock=ManualClock(NOON))
    alarm.start()
    await alarm.stop(within=1)
    assert caplog.records == []


async def test_an_alarm_that_was_never_started_stops_and_hears_nothing():
    alarm = Alarm(tick=Ticks().tick, clock=ManualClock(NOON))
    alarm.due(NOON)
    await alarm.stop(within=1)


class Sleep:
    """Time that passes only when the test says so."""

    def __init__(self):
        self.asked = []
        self._asleep, self._over = asyncio.Event(), asyncio.Event()

    async def __call__(self, seconds):
        self.asked.append(seconds)
        self._over.clear()
        self._asleep.set()
        await self._over.wait()

    def passes(self):
        self._asleep.clear()
        self._over.set()

    async def again(self):
        await self._asleep.wait()


def set_clock(monkeypatch, by):
    """The machine's clock is wrong by that much from now on."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + by

    for module in (apscheduler.schedulers.base, bot.scheduler):
        monkeypatch.setattr(module, "datetime", Wrong)


async def test_the_tick_goes_on_when_the_clock_is_set_back_by_an_hour(monkeypatch):
    ticks, sleep = Ticks(), Sleep()
    alarm = Alarm(tick=ticks.tick, clock=ManualClock(NOON), sleep=sleep)
    alarm.start()
    await ticks.ticked.wait()
    set_clock(monkeypatch, timedelta(hours=-1))
    with structlog.testing.capture_logs() as logged:
        sleep.passes()
        await ticks.once_more()
    await alarm.stop(within=1)
    assert ticks.count == 2
    assert [entry["event"] for entry in logged] == ["tick.clock_set_back"]
    assert sleep.asked == [TICK_SECONDS, TICK_SECONDS]


async def test_a_tick_that_is_on_time_is_left_alone():
    ticks, sleep = Ticks(), Sleep()
    alarm = Alarm(tick=ticks.tick, clock=ManualClock(NOON), sleep=sleep)
    alarm.start()
    await ticks.ticked.wait()
    usual = wakes_at(alarm)
    sleep.passes()
    await sleep.again()
    assert (wakes_at(alarm), ticks.count) == (usual, 1)
    await alarm.stop(within=1)
