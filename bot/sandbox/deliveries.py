"""What goes out to apps: one attempt after another, and when everything has arrived."""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.sandbox.clock import Clock
from bot.sandbox.health import Health
from bot.sandbox.model import App, Json

RETRY_AFTER_SECONDS = (0.0, 60.0, 300.0)
DELIVERIES_KEPT = 100_000
_ROUNDING_SECONDS = 0.001


class State(StrEnum):
    """How far a delivery has come."""

    HELD = "held"
    SENDING = "sending"
    WAITING = "waiting"
    ACKED = "acked"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an app said to one attempt; `reason` is Slack's word for a failure."""

    ok: bool
    status: int = 0
    reason: str = ""
    body: Json | None = None
    wants_retry: bool = True


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One payload on its way to one app in one workspace."""

    id: str
    app: App
    team: str
    kind: str
    label: str
    payload: Json
    channel: str = ""
    at: float = 0.0
    attempts: list[Json] = field(default_factory=list)
    state: State = State.SENDING
    due: float | None = None

    def to_json(self) -> Json:
        """Return the log entry."""
        return {
            "id": self.id,
            "app_id": self.app.id,
            "team": self.team,
            "kind": self.kind,
            "type": self.label,
            "channel": self.channel,
            "payload": self.payload,
            "attempts": list(self.attempts),
            "state": self.state.value,
            "acked": self.state is State.ACKED,
            "due": self.due,
        }


class Transport(Protocol):
    """A way to reach an app: signed HTTP or Socket Mode."""

    async def send(self, delivery: Delivery, retry_num: int, retry_reason: str) -> Answer:
        """Make one attempt and say how it went."""


class Gate(Protocol):
    """Decides which deliveries leave now: where faults lose, repeat and shuffle events."""

    def admit(self, delivery: Delivery) -> list[Delivery]:
        """Return what is to be sent now in place of this delivery."""

    def release(self) -> list[Delivery]:
        """Return whatever was held back."""


class Deliveries:
    """Sends, retries and remembers; knows when nothing is on its way."""

    def __init__(self, clock: Clock, gate: Gate) -> None:
        self._clock = clock
        self._gate = gate
        self._health = Health()
        self.log: deque[Delivery] = deque(maxlen=DELIVERIES_KEPT)
        self.transports: dict[bool, Transport] = {}
        self._in_flight = 0
        self._order = itertools.count()
        self._retries: list[tuple[float, int, Delivery]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiters: list[asyncio.Future[None]] = []

    def send(self, delivery: Delivery) -> None:
        """Put an event on its way; faults may lose, repeat or hold it."""
        self.log.append(delivery)
        for admitted in self._gate.admit(delivery):
            self._start(admitted)

    async def ask(self, delivery: Delivery) -> Answer:
        """Send an interaction, which is never repeated, and return what the app answered."""
        self.log.append(delivery)
        self._in_flight += 1
        try:
            answer = await self._attempt(delivery)
        finally:
            self._landed()
        delivery.state = State.ACKED if answer.ok else State.LOST
        return answer

    async def drained(self) -> None:
        """Return when every event is acknowledged, lost, or waits for a retry in the future."""
        while True:
            self.flush()
            self._release_due()
            if not self._in_flight:
                return
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def flush(self) -> None:
        """Send what faults no longer hold back."""
        for held in self._gate.release():
            self._start(held)

    def next_due(self) -> float | None:
        """Return when the earliest retry is to be made, None when nothing waits."""
        return self._retries[0][0] if self._retries else None

    def enable(self, app: App) -> None:
        """Send events again to an app that had failed almost all of them."""
        app.events_disabled = False
        self._health.forget(app.id)

    def forget(self) -> None:
        """Forget the log and every retry."""
        self.log.clear()
        self._retries.clear()

    async def close(self) -> None:
        """Stop sending."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, delivery: Delivery) -> None:
        delivery.state = State.SENDING
        self._in_flight += 1
        self._spawn(self._deliver(delivery))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            answer = await self._attempt(delivery)
            self._settle(delivery, answer)
        finally:
            self._landed()

    async def _attempt(self, delivery: Delivery) -> Answer:
        retry_num = len(delivery.attempts)
        reason = delivery.attempts[-1]["reason"] if delivery.attempts else ""
        transport = self.transports[delivery.app.socket_mode]
        answer = await transport.send(delivery, retry_num, reason)
        delivery.attempts.append(
            {
                "at": self._clock.now(),
                "retry_num": retry_num,
                "retry_reason": reason,
                "ok": answer.ok,
                "status": answer.status,
                "reason": answer.reason,
            }
        )
        return answer

    def _settle(self, delivery: Delivery, answer: Answer) -> None:
        if self._health.note(delivery.app.id, self._clock.now(), ok=answer.ok):
            delivery.app.events_disabled = True
        failures = len(delivery.attempts)
        if answer.ok:
            delivery.state, delivery.due = State.ACKED, None
        elif not answer.wants_retry or failures > len(RETRY_AFTER_SECONDS):
            delivery.state, delivery.due = State.LOST, None
        else:
            wait = RETRY_AFTER_SECONDS[failures - 1]
            delivery.state, delivery.due = State.WAITING, self._clock.now() + wait
            heapq.heappush(self._retries, (delivery.due, next(self._order), delivery))
            self._spawn(self._wake(wait))

    async def _wake(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._release_due()

    def _release_due(self) -> None:
        now = self._clock.now() + _ROUNDING_SECONDS
        while self._retries and self._retries[0][0] <= now:
            self._start(heapq.heappop(self._retries)[2])

    def _landed(self) -> None:
        self._in_flight -= 1
        if not self._in_flight:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
