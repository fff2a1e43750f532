"""Senders that crash, stall and lose answers, on a simulated clock, before a Slack that shows posts late.

An honest sender keeps four rules; each can be broken on purpose to see that the tests would notice.
"""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from store import outbox
from store.outbox import Delivery, NewMessage, OutboxMessage, Refusal
from store.tables import outbox as table

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
SETTLE = timedelta(seconds=30)
SLOWEST_POST = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an honest sender does."""

    marks_after_sending: bool = True
    keeps_fence: bool = True
    settles: bool = True
    expired_is_uncertain: bool = True


@dataclass(slots=True)
class World:
    """The outbox, Slack, and what senders have in hand."""

    conn: Connection
    chance: random.Random
    rules: Rules
    now: datetime = START
    posted: list[tuple[datetime, str]] = field(default_factory=list)
    in_hand: list[OutboxMessage] = field(default_factory=list)
    asleep: list[tuple[datetime, OutboxMessage]] = field(default_factory=list)

    def play(self, messages: int, steps: int) -> Counter[str]:
        """Record messages, let things go wrong, then let everything end; how often each message was posted."""
        for number in range(messages):
            self._unit(lambda conn, number=number: outbox.enqueue(conn, self._message(number)))
        for _ in range(steps):
            self._step(troubled=True)
        for _ in range(40 * messages):
            if self._unit(self._waiting) == 0 and not self.in_hand and not self.asleep:
                break
            self._step(troubled=False)
        return Counter(key for _, key in self.posted)

    @staticmethod
    def _message(number: int) -> NewMessage:
        depends_on = f"m{number - 1}" if number % 3 == 2 else None
        return NewMessage(
            workspace="T1",
            key=f"m{number}",
            kind="alert",
            destination=f"C{number % 3}",
            payload={},
            created_at=START,
            depends_on=depends_on,
        )

    @staticmethod
    def _waiting(conn: Connection) -> int:
        counted = outbox.counts(conn)
        return sum(counted.values()) - counted["failed"]

    def _unit(self, unit: Any) -> Any:
        with self.conn.begin():
            return unit(self.conn)

    def _step(self, *, troubled: bool) -> None:
        self.now += timedelta(seconds=self.chance.choice([0.2, 1, 5, 12]))
        self._unit(self._expire)
        self.in_hand += [message for wakes, message in self.asleep if wakes <= self.now]
        self.asleep = [sleeper for sleeper in self.asleep if sleeper[0] > self.now]
        match self.chance.randrange(5):
            case 0 | 1:
                self.in_hand += self._unit(lambda conn: outbox.claim(conn, "T1", self.now, limit=2, lease=LEASE))
            case 2:
                self._reconcile()
            case _ if self.in_hand:
                self._send(self.in_hand.pop(self.chance.randrange(len(self.in_hand))), troubled=troubled)

    def _expire(self, conn: Connection) -> None:
        if self.rules.expired_is_uncertain:
            outbox.expire_leases(conn, "T1", self.now)
        else:
            expired = update(table).where(table.c.state == "sending", table.c.lease_until <= self.now)
            conn.execute(expired.values(state="pending"))

    def _send(self, message: OutboxMessage, *, troubled: bool) -> None:
        """Post unless the lease is nearly over; a crash or a lost answer may come at any point."""
        trouble = self.chance.choice(["", "asleep", "crash before", "crash after", "no answer", "refused", "stall"])
        trouble = trouble if troubled else ""
        if trouble == "crash before" and self.rules.marks_after_sending:
            return
        if trouble == "asleep":
            self.asleep.append((self.now + timedelta(seconds=self.chance.randrange(20, 120)), message))
            return
        if trouble == "stall":
            self.now += LEASE
            self._unit(self._expire)
        if not self.rules.marks_after_sending:
            self._end(message, lambda conn, mine: outbox.sent(conn, mine, Delivery(at=self.now)))
            if trouble.startswith("crash"):
                return
        assert message.lease_until is not None
        if self.now >= message.lease_until:
            # Too late to post; an honest report of that must not count any more either.
            self._end(message, lambda conn, mine: outbox.release(conn, mine, self.now, Refusal(error="late")))
            return
        if trouble == "refused":
            self._end(message, lambda conn, mine: outbox.release(conn, mine, self.now, Refusal(error="refused")))
            return
        delay = SLOWEST_POST * self.chance.random() if trouble in ("no answer", "crash after") else timedelta(0)
        self.posted.append((self.now + delay, message.key))
        if trouble == "no answer":
            self._end(message, lambda conn, mine: outbox.uncertain(conn, mine, self.now, "no answer"))
        elif trouble != "crash after":
            self._end(message, lambda conn, mine: outbox.sent(conn, mine, Delivery(at=self.now)))

    def _end(self, message: OutboxMessage, report: Any) -> None:
        def unit(conn: Connection) -> None:
            mine = message
            if not self.rules.keeps_fence:
                found = outbox.find(conn, "T1", message.key)
                assert found is not None
                mine = replace(message, fence=found.fence)
            report(conn, mine)

        self._unit(unit)

    def _reconcile(self) -> None:
        settle = SETTLE if self.rules.settles else timedelta(0)
        doubtful = self._unit(lambda conn: outbox.claim_uncertain(conn, "T1", self.now, settle=settle, lease=LEASE))
        for message in doubtful:
            visible = any(key == message.key and at <= self.now for at, key in self.posted)
            if visible:
                self._end(message, lambda conn, mine: outbox.sent(conn, mine, Delivery(at=self.now)))
            else:
                self._end(message, lambda conn, mine: outbox.release(conn, mine, self.now, Refusal(error="absent")))
