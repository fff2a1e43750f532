"""Alert storms: when a destination would hear too much at once, it hears one digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.alerts import Alert

STORM_WINDOW = timedelta(seconds=60)
MOST_SINGLE_ALERTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert that a destination has had, alone or in a digest."""

    to: str
    at: datetime
    in_digest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Many alerts as one message."""

    to: str
    alerts: tuple[Alert, ...]

    @property
    def tickets(self) -> tuple[str, ...]:
        """Every ticket once, in the order of the alerts."""
        return tuple(dict.fromkeys(alert.key.ticket for alert in self.alerts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What to send now, and what waits until the end of its destination's storm."""

    single: tuple[Alert, ...]
    digests: tuple[Digest, ...]
    held: tuple[tuple[Alert, datetime], ...]


def fold(due: Sequence[Alert], told: Sequence[Told], now: datetime) -> Folded:
    """Return `due` as single alerts, or as a digest for a destination that gets more than 6 within 60 s.

    A destination gets at most one digest in 60 s. What becomes due meanwhile is held for the next, so that a storm in
    many small gusts is not as many digests; every ticket is still named within 60 s.

    Args:
        due: The alerts to send.
        told: What was sent in the last 60 s; older entries do no harm.
        now: The moment of sending.
    """
    recent = [past for past in told if past.at > now - STORM_WINDOW]
    by_destination: dict[str, list[Alert]] = {}
    for alert in due:
        by_destination.setdefault(alert.to, []).append(alert)
    single: list[Alert] = []
    digests: list[Digest] = []
    held: list[tuple[Alert, datetime]] = []
    for to, alerts in by_destination.items():
        past = [entry for entry in recent if entry.to == to]
        digest_at = max((entry.at for entry in past if entry.in_digest), default=None)
        if len(past) + len(alerts) <= MOST_SINGLE_ALERTS:
            single += alerts
        elif digest_at is None:
            digests.append(Digest(to=to, alerts=tuple(alerts)))
        else:
            held += [(alert, digest_at + STORM_WINDOW) for alert in alerts]
    return Folded(single=tuple(single), digests=tuple(digests), held=tuple(held))
