"""Faults on request: what goes wrong with calls and events, how often and until when."""

import asyncio
import fnmatch
import itertools
from dataclasses import dataclass, field
from enum import StrEnum

from bot.sandbox.clock import Clock
from bot.sandbox.deliveries import Delivery, State
from bot.sandbox.errors import SandboxError
from bot.sandbox.model import Json


class CallFault(StrEnum):
    """What can go wrong with a Web API call."""

    STATUS = "status"
    ERROR = "error"
    DELAY = "delay"
    HOLD = "hold"
    REFUSE = "refuse"
    DROP = "drop"
    GARBAGE = "garbage"
    RATE_LIMIT = "rate_limit"


class EventFault(StrEnum):
    """What can go wrong with an event."""

    LOSE = "lose"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    HOLD = "hold"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong: for some calls or events, a number of times or until cleared."""

    id: str
    kind: CallFault | EventFault
    match: str
    channel: str
    remaining: int | None
    skip: int
    until: float | None
    status: int
    error: str
    seconds: float
    window: int
    cleared: asyncio.Event = field(default_factory=asyncio.Event)

    def hits(self, name: str, channel: str, now: float) -> bool:
        """Tell whether it strikes now, and count it."""
        if self.cleared.is_set() or (self.until is not None and now >= self.until) or self.remaining == 0:
            return False
        if not fnmatch.fnmatchcase(name, self.match) or self.channel not in ("", channel):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.remaining is not None:
            self.remaining -= 1
        return True

    def to_json(self) -> Json:
        """Return it for the one who asked for it."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "on": "calls" if isinstance(self.kind, CallFault) else "events",
            "match": self.match,
            "channel": self.channel,
            "remaining": self.remaining,
            "until": self.until,
        }


class Faults:
    """The faults in force, for calls and for events."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: list[Fault] = []
        self._events: list[Fault] = []
        self._serial = itertools.count(1)
        self._held: list[tuple[Fault, Delivery]] = []

    def add(  # noqa: PLR0913
        self,
        kind: CallFault | EventFault,
        *,
        match: str = "*",
        channel: str = "",
        count: int | None = None,
        skip: int = 0,
        for_seconds: float | None = None,
        status: int = 500,
        error: str = "internal_error",
        seconds: float = 1.0,
        window: int = 2,
    ) -> Fault:
        """Put a fault in force."""
        if (count is not None and count < 1) or skip < 0 or window < 2:
            raise SandboxError("count is at least 1, skip at least 0 and window at least 2.")
        fault = Fault(
            id=f"F{next(self._serial)}",
            kind=kind,
            match=match,
            channel=channel,
            remaining=count,
            skip=skip,
            until=None if for_seconds is None else self._clock.now() + for_seconds,
            status=status,
            error=error,
            seconds=seconds,
            window=window,
        )
        (self._calls if isinstance(kind, CallFault) else self._events).append(fault)
        return fault

    def clear(self, fault_id: str = "") -> None:
        """End one fault, or all; what an ended fault held back is free to go."""
        for fault in [*self._calls, *self._events]:
            if fault_id in ("", fault.id):
                fault.cleared.set()
        self._calls = [fault for fault in self._calls if not fault.cleared.is_set()]
        self._events = [fault for fault in self._events if not fault.cleared.is_set()]

    def current(self) -> list[Fault]:
        """Return the faults that can still strike."""
        now = self._clock.now()
        return [
            fault
            for fault in [*self._calls, *self._events]
            if fault.remaining != 0 and (fault.until is None or now < fault.until)
        ]

    def for_call(self, method: str, channel: str) -> list[Fault]:
        """Return the faults that strike this call."""
        if not self._calls:
            return []
        now = self._clock.now()
        return [fault for fault in self._calls if fault.hits(method, channel, now)]

    def admit(self, delivery: Delivery) -> list[Delivery]:
        """Return what is to be sent now in place of this delivery."""
        now = self._clock.now()
        for fault in self._events:
            if fault.hits(delivery.label, delivery.channel, now):
                return self._strike(fault, delivery)
        return [delivery]

    def _strike(self, fault: Fault, delivery: Delivery) -> list[Delivery]:
        match fault.kind:
            case EventFault.LOSE:
                delivery.state = State.LOST
                return []
            case EventFault.DUPLICATE:
                return [delivery, _copy(delivery)]
            case _:
                delivery.state = State.HELD
                self._held.append((fault, delivery))
        mine = [held for owner, held in self._held if owner is fault]
        if fault.kind is EventFault.REORDER and len(mine) >= fault.window:
            return self._let_go(fault)
        return []

    def release(self) -> list[Delivery]:
        """Return, last first, what waits for a window to fill or for a fault that has ended."""
        freed: list[Delivery] = []
        for fault in dict.fromkeys(fault.id for fault, _ in self._held):
            owner = next(one for one, _ in self._held if one.id == fault)
            over = owner.until is not None and self._clock.now() >= owner.until
            if owner.kind is EventFault.REORDER or owner.cleared.is_set() or over:
                freed += self._let_go(owner)
        return freed

    def _let_go(self, fault: Fault) -> list[Delivery]:
        mine = [held for owner, held in self._held if owner is fault]
        self._held = [pair for pair in self._held if pair[0] is not fault]
        return mine[::-1] if fault.kind is EventFault.REORDER else mine


def _copy(delivery: Delivery) -> Delivery:
    return Delivery(
        id=delivery.id,
        app=delivery.app,
        team=delivery.team,
        kind=delivery.kind,
        label=delivery.label,
        payload=delivery.payload,
        channel=delivery.channel,
        at=delivery.at,
    )
