"""Killing on purpose while a process takes requests in, judges, sends, looks up or reads the history."""

import asyncio
import signal
import time
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from tests.faults.doors import Errand
from tests.faults.scene import SETTLE_SECONDS, Replica, Scene
from tests.support.processes import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# How long a phase may let us wait; before that, somebody has to have read the history.
_PATIENCE_SECONDS, _START_SECONDS = 6.0, 30.0


class Phase(StrEnum):
    """What a process was doing when it was killed."""

    INGEST = "ingest"
    TICK = "tick"
    SEND = "send"
    RECONCILE = "reconcile"
    BACKFILL = "backfill"
    STARTING = "starting"
    BETWEEN = "between"


# Which part of the kills each phase is to have; what is aimed at is not always hit.
SHARES = {
    Phase.INGEST: 0.17,
    Phase.TICK: 0.19,
    Phase.SEND: 0.17,
    Phase.RECONCILE: 0.19,
    Phase.BACKFILL: 0.16,
    Phase.STARTING: 0.05,
}
# Now and then the moment is left to chance.
_AT_RANDOM = 0.06
_AFTER_READING = {Phase.TICK, Phase.SEND, Phase.RECONCILE}
# When a kill could be counted for several.
_RAREST_FIRST = (Phase.RECONCILE, Phase.TICK, Phase.BACKFILL, Phase.SEND, Phase.INGEST)


class Hunter:
    """Kills one process after another, each in the phase that was hit least so far, as far as that can be had."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._chance = scene.chance
        self._dead: Replica | None = None
        self.kills: Counter[Phase] = Counter()

    async def hunt(self, kills: int) -> None:
        """Kill so many times; whoever was killed is started again."""
        for _ in range(kills):
            phase = self._choose()
            victim = await self._aim(phase)
            self.kills[await self._kill(victim, phase)] += 1
            self._dead = victim
            await self._scene.direct(self._chance.choice(self._scene.replicas))
        self._revive()

    def _revive(self) -> None:
        if self._dead is not None:
            self._dead.start()
            self._dead = None

    def _choose(self) -> Phase:
        if self._chance.random() < _AT_RANDOM:
            return Phase.BETWEEN
        done = sum(self.kills.values()) + 1
        lag = {phase: share * done - self.kills[phase] for phase, share in SHARES.items() if self._is_at_hand(phase)}
        return max(lag, key=lambda phase: lag[phase] + self._chance.uniform(0.0, 0.3))

    def _is_at_hand(self, phase: Phase) -> bool:
        ledger, now = self._scene.ledger, time.time()
        match phase:
            case Phase.TICK:
                due_at = ledger.due_at()
                return due_at is not None and due_at - now < 2.0
            case Phase.RECONCILE:
                since = ledger.doubtful_since()
                # Where one works alone, what it was sending when it died is doubtful as soon as it is back.
                is_coming = len(self._scene.replicas) == 1 and bool(ledger.outbox("sending"))
                return is_coming or (since is not None and since + SETTLE_SECONDS - now < 1.5)
            case _:
                return True

    async def _aim(self, phase: Phase) -> Replica:
        """Wait for the phase, at most for a few seconds; whom to kill now."""
        aims: dict[Phase, Callable[[], Awaitable[Replica]]] = {
            Phase.INGEST: self._ingesting,
            Phase.TICK: self._judging,
            Phase.SEND: self._sending,
            Phase.RECONCILE: lambda: self._on(Errand.LOOK_UP, within=0.08),
            Phase.BACKFILL: self._reading,
            Phase.STARTING: self._starting,
            Phase.BETWEEN: self._at_any_time,
        }
        try:
            if phase in _AFTER_READING:
                self._revive()
                async with asyncio.timeout(_START_SECONDS):
                    await until(lambda: any(map(self._judges, self._scene.replicas)))
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await aims[phase]()
        except TimeoutError:
            self._revive()
            return self._chance.choice(self._scene.replicas)

    async def _wait(self, most: float) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, most))

    async def _ingesting(self) -> Replica:
        self._revive()
        victim = self._chance.choice(self._scene.replicas)
        await until(victim.runs)
        await self._scene.direct(victim)
        for _ in range(3):
            self._scene.people.do_something()
        await self._wait(0.03)
        return victim

    async def _judging(self) -> Replica:
        self._revive()
        await until(self._scene.ledger.is_due)
        await self._wait(0.04)
        return self._chance.choice([*filter(self._judges, self._scene.replicas)] or self._scene.replicas)

    def _judges(self, replica: Replica) -> bool:
        return replica.runs() and self._scene.ledger.swept_at() >= replica.born_at

    async def _sending(self) -> Replica:
        self._revive()
        self._scene.people.ask()
        return await self._on(Errand.SEND, within=0.12)

    async def _on(self, errand: Errand, *, within: float) -> Replica:
        """The first who is seen on such an errand."""
        self._revive()
        watches = {asyncio.create_task(replica.door.sees(errand)): replica for replica in self._scene.replicas}
        try:
            done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for watch in watches:
                watch.cancel()
        await self._wait(within)
        return watches[done.pop()]

    async def _reading(self) -> Replica:
        """Lose what is said while one is away: only its reading of the history finds that."""
        victim = self._dead or self._chance.choice(self._scene.replicas)
        self._scene.weather.lose(2)
        for _ in range(2):
            self._scene.people.do_something()
        self._revive()
        await victim.door.sees(Errand.READ)
        await self._wait(0.3)
        return victim

    async def _starting(self) -> Replica:
        victim = self._dead or self._chance.choice(self._scene.replicas)
        self._revive()
        await self._wait(0.4)
        return victim

    async def _at_any_time(self) -> Replica:
        self._revive()
        await self._wait(0.9)
        return self._chance.choice(self._scene.replicas)

    async def _kill(self, victim: Replica, aimed_at: Phase) -> Phase:
        self._revive()
        seen = self._seen_at_the_door(victim)
        victim.command.strike(signal.SIGKILL)
        seen |= self._seen_in_the_database(victim, seen)
        assert (await victim.end()).code == -signal.SIGKILL
        return next((phase for phase in (aimed_at, *_RAREST_FIRST, Phase.STARTING) if phase in seen), Phase.BETWEEN)

    def _seen_at_the_door(self, victim: Replica) -> set[Phase]:
        seen = set()
        if victim.door.is_at(Errand.SEND):
            seen.add(Phase.SEND)
        if victim.door.is_at(Errand.LOOK_UP):
            seen.add(Phase.RECONCILE)
        if self._scene.receives(victim):
            seen.add(Phase.INGEST)
        if not victim.runs():
            seen.add(Phase.STARTING)
        return seen

    def _seen_in_the_database(self, victim: Replica, at_the_door: set[Phase]) -> set[Phase]:
        ledger, seen = self._scene.ledger, set[Phase]()
        is_alone = len(self._scene.replicas) == 1
        if Phase.STARTING not in at_the_door and ledger.is_due() and ledger.swept_at() >= victim.born_at:
            seen.add(Phase.TICK)
        reads = victim.door.has_done(Errand.READ) and ledger.swept_at() < victim.born_at
        if reads or victim.door.is_at(Errand.READ):
            # Without anything to find, it was only starting.
            seen.add(Phase.BACKFILL if self._scene.people.are_unheard() else Phase.STARTING)
        reader = ledger.reader()
        if reader is not None and (is_alone or reader == victim.name()):
            seen.add(Phase.INGEST)
        if is_alone and Phase.STARTING not in at_the_door and ledger.requests():
            seen.add(Phase.INGEST)
        return seen
