"""P9, P10: one step of the engine on long tickets beside short ones, and whole histories folded on one core.

P9 looks at an alternating conversation and at a customer who goes on writing without an answer; the bot stores the
state after each message, so what it takes to write that down is shown as well. P10 folds five events
a ticket under a policy with targets for all metrics of a ticket, in the hours of an office; then the same with
workclock as the hours. Times are of the processor, which is what one core means on a machine with other work to do.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from time import process_time
from typing import Any

import workclock

from bench.result import Result
from sla.business_time import Hours
from sla.engine import advance, fold, start, state_to_json
from sla.events import Comment, Created, Event, StatusChanged
from sla.policy import Rules, rules_from_json
from sla.ticket import Priority, Role, Status, Ticket

ZONE = "America/New_York"
MONDAY = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
METRICS = {
    "first_reply_time": 60,
    "next_reply_time": 120,
    "periodic_update_time": 480,
    "pausable_update_time": 480,
    "requester_wait_time": 2_400,
    "agent_work_time": 1_200,
    "total_resolution_time": 4_800,
}
SHORT, LONG = 50, 5_000
TICKETS = 4_000
GOAL_TICKETS = 20_000


def rules() -> Rules:
    week = [{"start_time": day * 1_440 + 540, "end_time": day * 1_440 + 1_020} for day in range(1, 6)]
    targets = [
        {"priority": "normal", "metric": metric, "target": minutes, "business_hours": True}
        for metric, minutes in METRICS.items()
    ]
    tiers = [
        {
            "title": tier,
            "filter": {"all": [{"field": "customer_tier", "operator": "is", "value": tier}], "any": []},
            "policy_metrics": targets,
        }
        for tier in ("enterprise", "pro")
    ]
    return rules_from_json(
        {
            "schedules": [{"name": "office", "time_zone": ZONE, "intervals": week}],
            "default_schedule": "office",
            "default_priority": "normal",
            "policies": [*tiers, {"title": "Everybody", "filter": {}, "policy_metrics": targets}],
        }
    )


# P9 -------------------------------------------------------------------------------------------------------------------


def conversation(messages: int, *, answered: bool) -> Iterator[Event]:
    """Yield a ticket's messages, ten minutes apart; every other one is a reply, or none is."""
    yield Created(at=MONDAY, by=Role.END_USER, user="U1", text="Nothing works", id="m0")
    for number in range(1, messages):
        reply = answered and number % 2
        by, user = (Role.AGENT, "A1") if reply else (Role.END_USER, "U1")
        yield Comment(at=MONDAY + number * timedelta(minutes=10), by=by, user=user, text="More", id=f"m{number}")


def per_message(of: Rules, events: Sequence[Event]) -> tuple[float, float]:
    """Return microseconds a message, and those that writing the last state as JSON takes."""
    begin = process_time()
    state = start(Ticket(id="T1", priority=Priority.NORMAL), of)
    for event in events:
        state = advance(state, event)
    told = process_time()
    for _ in range(5):
        json.dumps(state_to_json(state))
    return (told - begin) / len(events) * 1e6, (process_time() - told) / 5 * 1e6


def long_tickets() -> list[Result]:
    of = rules()
    results = []
    for answered, what in ((True, "alternating"), (False, "unanswered")):
        short, long = (list(conversation(messages, answered=answered)) for messages in (SHORT, LONG))
        per_message(of, long)  # compiles the years of the schedule
        # By turns, so that whatever else the machine does meanwhile hits both.
        rounds = [
            (tuple(map(min, zip(*(per_message(of, short) for _ in range(20)), strict=True))), per_message(of, long))
            for _ in range(5)
        ]
        for part, step in enumerate(("a message", "the state as JSON")):
            brief, lasting = (min(took[part] for took in taken) for taken in zip(*rounds, strict=True))
            results.append(
                Result(
                    goal="P9",
                    what=f"{what}: {step} after {LONG:,} against {SHORT}",
                    ratio=lasting / brief,
                    limit=1.5,
                    detail=f"{lasting:,.0f} us against {brief:.0f} us",
                )
            )
    return results


# P10 ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rust(Hours):
    """The same hours by workclock, behind the interface that the engine asks."""

    schedule: workclock.Schedule

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return self.schedule.between(start, end)

    def after(self, start: datetime, duration: timedelta) -> datetime:
        return self.schedule.add(start, duration)

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        raise NotImplementedError  # the engine never asks; only explanations do


def histories(tickets: int) -> list[tuple[Ticket, list[Event]]]:
    """Return tickets that are opened, answered, set pending, taken up again by the customer, and solved."""
    random = Random(7)

    def later(at: datetime, most: float) -> datetime:
        return at + timedelta(seconds=random.randrange(60, int(most * 3_600)))

    told = []
    for number in range(tickets):
        opened = MONDAY + timedelta(seconds=random.randrange(300 * 86_400))
        replied = later(opened, 6)
        waits = later(replied, 2)
        asked = later(waits, 30)
        solved = later(asked, 40)
        tier = random.choice(("enterprise", "pro", "free"))
        events: list[Event] = [
            Created(at=opened, by=Role.END_USER, user="U1", text="Nothing works", id="m0"),
            Comment(at=replied, by=Role.AGENT, user="A1", text="Looking", id="m1"),
            StatusChanged(at=waits, to=Status.PENDING),
            Comment(at=asked, by=Role.END_USER, user="U1", text="Still nothing", id="m2"),
            StatusChanged(at=solved, to=Status.SOLVED),
        ]
        told.append((Ticket(id=f"T{number}", priority=Priority.NORMAL, customer_tier=tier), events))
    return told


def folded(of: Rules, told: Sequence[tuple[Ticket, list[Event]]]) -> tuple[float, list[Any]]:
    """Return tickets a second, and what came of them."""
    until = MONDAY + timedelta(days=330)
    begin = process_time()
    outcomes = [
        [(instance.outcome, instance.breach_at) for instance in fold(ticket, of, events, until).instances]
        for ticket, events in told
    ]
    return len(told) / (process_time() - begin), outcomes


def simulation() -> list[Result]:
    ours, theirs = rules(), rules()
    peer = Rust(workclock.Schedule([workclock.WorkDay(time(9), time(17))], time_zone=ZONE))
    object.__setattr__(theirs, "compiled", {"office": peer})
    told = histories(TICKETS)
    folded(ours, told[:100])
    rounds = [(folded(ours, told), folded(theirs, told)) for _ in range(3)]
    here, there = (max(rate for rate, _ in taken) for taken in zip(*rounds, strict=True))
    (_, mine), (_, rust) = rounds[0]
    different = sum(one != other for one, other in zip(mine, rust, strict=True))
    instances = sum(map(len, mine))
    return [
        Result(
            goal="P10",
            what="tickets a second with all metrics, 5 events a ticket, one core",
            ratio=here,
            limit=GOAL_TICKETS,
            at_least=True,
            detail=f"{here * instances / TICKETS:,.0f} instances/s, {1e6 / here:.0f} us a ticket",
        ),
        Result(
            goal="P10",
            what="the same against workclock as the hours",
            ratio=here / there,
            limit=1,
            at_least=True,
            detail=f"{here:,.0f} tickets/s against {there:,.0f}, {different} of {TICKETS:,} differ",
        ),
    ]


def run() -> list[Result]:
    return [*long_tickets(), *simulation()]
