"""A history replayed under one configuration, or under two beside each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.config.config import Config
from bot.services.reporting.asking import zone_of
from bot.services.workspace.preview import as_configured
from sla.comparison import compare
from sla.engine import History
from sla.events import Event
from sla.policy import Rules, rules_from_json
from sla.report import Dimension, Measured, Report, report
from sla.simulate import (
    Flipped,
    SmallestTarget,
    StaffingCell,
    flips_of,
    measured_of,
    smallest_targets,
    staffing,
    story_under,
    with_auto_solve,
)
from sla.ticket import Ticket

_OFTEN = 100
SHOWN_BY = (Dimension.METRIC, Dimension.POLICY, Dimension.PRIORITY, Dimension.CUSTOMER, Dimension.TIER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A configuration to replay history under, and what it is called."""

    name: str
    config: Config
    rules: Rules

    @classmethod
    def of(cls, name: str, config: Config) -> "Setup":
        """The configuration with its rules made ready."""
        return cls(name=name, config=config, rules=rules_from_json(config.rules_json()))

    def begin(self, ticket: Ticket) -> Ticket:
        """A ticket with what this configuration gives it when it begins."""
        customer = self.config.customer_of(ticket.channel or "", None) if ticket.channel else None
        known = ticket._replace(customer=customer.key) if customer and not ticket.customer else ticket
        return as_configured(known, self.config, self.config)

    def story(self, begun: Ticket, happened: Iterable[Event], until: datetime) -> list[Event]:
        """What happened to a ticket, and what it does by itself under this configuration; no edits of rules."""
        facts = story_under(happened, self.rules)
        return with_auto_solve(begun, self.rules, facts, self.config.lifecycle.auto_solve_after, until)


Tell = Callable[[Setup], Iterator[tuple[History, datetime]]]
"""Tells every ticket of a history under a configuration, always in the same order, and when it was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a configuration would have come to.

    Attributes:
        reports: The figures by each of `SHOWN_BY`.
        targets: Each target beside the least one that 95 % would have met.
        cells: The hours of the week in which customers began to wait.
    """

    setup: Setup
    rows: tuple[Measured, ...]
    reports: Mapping[Dimension, Report]
    targets: tuple[SmallestTarget, ...]
    cells: tuple[StaffingCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What was asked, and what came of it.

    Attributes:
        history: What the history is called.
        until: The instant at which open clocks are looked at.
        flips: The instances that end otherwise than under the baseline.
    """

    history: str
    until: datetime
    zone: ZoneInfo
    tickets: int
    candidate: Outcome
    baseline: Outcome | None
    flips: tuple[Flipped, ...]


def simulate(
    history: str,
    tell: Tell,
    until: datetime,
    candidate: Setup,
    baseline: Setup | None,
    *,
    progress: Callable[[int], None] = lambda _done: None,
) -> Simulation:
    """Replay a history; it is told once for each configuration, a ticket at a time. ``progress`` is told how many."""
    rows: list[Measured] = []
    other_rows: list[Measured] = []
    flips: list[Flipped] = []
    tickets = 0
    others: Iterator[tuple[History, datetime]] = tell(baseline) if baseline is not None else iter(())
    for told, looked_at in tell(candidate):
        tickets += 1
        if tickets % _OFTEN == 0:
            progress(tickets)
        mine = list(measured_of(told, looked_at))
        rows += mine
        other, _ = next(others, (None, None))
        if other is not None:
            theirs = list(measured_of(other, looked_at))
            other_rows += theirs
            flips += flips_of(compare(other, told), theirs, mine)
    zone = zone_of(candidate.config)
    return Simulation(
        history=history,
        until=until,
        zone=zone,
        tickets=tickets,
        candidate=_outcome(candidate, rows, zone),
        baseline=None if baseline is None else _outcome(baseline, other_rows, zone),
        flips=tuple(flips),
    )


def _outcome(setup: Setup, rows: list[Measured], zone: ZoneInfo) -> Outcome:
    return Outcome(
        setup=setup,
        rows=tuple(rows),
        reports={dimension: report(rows, (dimension,), zone) for dimension in SHOWN_BY},
        targets=tuple(smallest_targets(rows)),
        cells=tuple(staffing(rows, setup.rules.hours(setup.rules.default_schedule), zone)),
    )
