"""A worker works when there is something to do, waits otherwise, and outlives every failure."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from bot.clock import ManualClock
from bot.worker import POLL_SECONDS, Worker

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


class Work:
    """What a worker is given to do: each drain takes the next of the results, or raises it."""

    def __init__(self, *results):
        self.results = list(results)
        self.drains = 0
        self.due_at = None
        self.drained = asyncio.Event()

    async def drain(self):
        self.drains += 1
        self.drained.set()
        result = self.results.pop(0) if self.results else 0
        if isinstance(result, BaseException):
            raise result
        return result

    async def next_at(self):
        return self.due_at

    async def once_more(self):
        """Wait for the next drain."""
        self.drained.clear()
        await self.drained.wait()


def worker_of(work, clock=None):
    return Worker("test", drain=work.drain, next_at=work.next_at, clock=clock or ManualClock(NOON))


@pytest.fixture
def waits(monkeypatch):
    """How long workers mean to wait; they wait until somebody wakes them."""
    meant = []

    async def wait(self, seconds):
        meant.append(seconds)
        await self._woken.wait()

    monkeypatch.setattr(Worker, "_sleep", wait)
    return meant


async def test_it_works_at_once_and_again_whenever_it_is_woken():
    work = Work()
    worker = worker_of(work)
    worker.start()
    await work.drained.wait()
    worker.wake()
    await work.once_more()
    worker.wake()
    await work.once_more()
    await worker.stop(within=1)
    assert work.drains == 3


async def test_what_is_due_wakes_it_by_itself():
    class Impatient(ManualClock):
        def seconds_until(self, instant):
            return 0.001 if instant > self.now() else 0.0

    work = Work()
    work.due_at = NOON + timedelta(hours=1)
    worker = worker_of(work, Impatient(NOON))
    worker.start()
    await work.drained.wait()
    await work.once_more()
    await worker.stop(within=1)
    assert work.drains >= 2


async def step(worker, work, waits):
    """Let the worker work once; how long it means to wait then."""
    seen = len(waits)
    worker.wake() if worker._task else worker.start()
    while len(waits) == seen:  # noqa: ASYNC110 - the worker's own task has to run
        await asyncio.sleep(0)
    return waits[-1]


async def test_with_nothing_due_it_looks_every_few_seconds(waits):
    work = Work()
    worker = worker_of(work)
    assert await step(worker, work, waits) == POLL_SECONDS
    work.due_at = NOON + timedelta(days=1)
    assert await step(worker, work, waits) == POLL_SECONDS
    await worker.stop(within=1)


async def test_what_another_replica_has_is_not_looked_at_without_a_pause(waits):
    work = Work()
    work.due_at = NOON - timedelta(minutes=1)
    worker = worker_of(work)
    assert await step(worker, work, waits) == 0.2
    work.results = [3]
    assert await step(worker, work, waits) == 0.0
    await worker.stop(within=1)


async def test_a_failure_is_counted_and_waited_after_longer_and_longer(waits):
    work = Work(*[OSError("the database is away")] * 9, 0)
    worker = worker_of(work)
    with structlog.testing.capture_logs() as logged:
        meant = [await step(worker, work, waits) for _ in range(9)]
    assert meant == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert worker.failures == 9
    assert {entry["event"] for entry in logged} == {"worker.failed"}
    assert await step(worker, work, waits) == POLL_SECONDS
    await worker.stop(within=1)


async def test_stopping_lets_what_is_in_flight_finish():
    finish, finished = asyncio.Event(), []

    async def drain():
        await finish.wait()
        finished.append(True)
        return 1

    worker = Worker("test", drain=drain, next_at=Work().next_at, clock=ManualClock(NOON))
    worker.start()
    await asyncio.sleep(0)
    stopping = asyncio.create_task(worker.stop(within=60))
    await asyncio.sleep(0)
    finish.set()
    await stopping
    assert finished == [True]


async def test_stopping_does_not_wait_for_ever():
    worker = Worker("test", drain=asyncio.Event().wait, next_at=Work().next_at, clock=ManualClock(NOON))
    worker.start()
    await asyncio.sleep(0)
    await worker.stop(within=0.01)
    assert worker._task.cancelled()


async def test_a_worker_that_was_never_started_stops():
    await worker_of(Work()).stop(within=1)
