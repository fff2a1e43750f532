"""The reasons behind a deadline as a support manager reads them: local times, and sums that add up."""

import sys
from collections import Counter
from datetime import datetime, tzinfo

from rich.console import Console
from rich.table import Table

from bot.services.tickets.explaining import Reasons
from bot.services.tickets.reason_words import KINDS, LocalTimes, came_to, logged_as, what_became, whole_seconds
from bot.slack.text import clip, plain
from bot.slack.wording import exactly, metric_label
from sla.explain import Explanation, Kind


def print_reasons(of: Reasons, zone: tzinfo | None = None) -> None:
    """Print the headline, every stretch up to the deadline and after it, their sums, and what happened."""
    # Nothing that somebody wrote is markup, and a pipe is not folded to a terminal's width.
    console = Console(width=None if sys.stdout.isatty() else 160, markup=False, emoji=False, highlight=False)
    clock = LocalTimes(zone or of.zone, of)
    for line in _headline(of, clock):
        console.print(line)
    console.print()
    _print_stretches(console, of.explanation, clock)
    if of.overdue:
        console.print("\nAfter the deadline")
        _print_stretches(console, of.overdue, clock)
    console.print("\nWhat happened")
    log = Table(box=None, pad_edge=False, show_header=False)
    targets: list[int] = []
    told: tuple[datetime, str] | None = None
    for entry in of.log:
        because = (entry.logged.at, "; ".join(entry.because))
        log.add_row(clock.shows(entry.logged.at), logged_as(entry, targets), "" if because == told else because[1])
        told = because
    console.print(log)
    console.print()


def _headline(of: Reasons, clock: LocalTimes) -> list[str]:
    instance = of.instance
    assert instance.target is not None
    number = f" {instance.number}" if instance.number > 1 else ""
    subject = clip(" ".join(plain(of.story.subject).split()), 80)
    hours = "business hours" if instance.target.business_hours else "around the clock"
    schedule = f"schedule {instance.schedule}, " if instance.schedule else ""
    subject = f'  "{subject}"' if subject else ""
    target = f"Target {exactly(instance.target.seconds)}, {hours}; policy {instance.policy}; {schedule}"
    return [
        f"{of.story.name}  {metric_label(instance.metric)}{number}{subject}",
        came_to(of, clock),
        f"{target}times in {clock.zone}.",
    ]


def _print_stretches(console: Console, explanation: Explanation, clock: LocalTimes) -> None:
    table = Table("From", "To", "Length", "What", "Counted so far", box=None, pad_edge=False)
    table.columns[2].justify = table.columns[4].justify = "right"
    sums: Counter[Kind] = Counter()
    for segment, seconds in zip(explanation.segments, whole_seconds(explanation.segments), strict=True):
        sums[segment.kind] += seconds
        row = clock.shows(segment.start), clock.shows(segment.end), exactly(seconds), what_became(segment)
        table.add_row(*row, exactly(sums[Kind.COUNTED]))
    console.print(table)
    parts = [f"{exactly(seconds)} {KINDS[kind]}" for kind in Kind if (seconds := sums[kind])]
    console.print(f"Sum: {' + '.join(parts) or '0 s'} = {exactly(sum(sums.values()))}")
