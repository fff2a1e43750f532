"""What has become of an instance's alerts, so that each is told once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sla.thresholds import Threshold


class AlertKey(NamedTuple):
    """What is told once. The arming counts from 1 how often the threshold has been armed."""

    ticket: str
    metric: str
    instance: int
    threshold: str
    arming: int
    destination: str


_Settled = tuple[str, int, str]  # the part of a key that differs within one instance


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLog:
    """The alerts of one instance that are settled: told, or skipped for a reason, and never due again.

    Attributes:
        armings: How often a threshold has been armed, where that is more than once.
        settled: Threshold, arming and destination of each.
    """

    armings: Mapping[str, int] = field(default_factory=dict)
    settled: frozenset[_Settled] = frozenset()

    def arming(self, threshold: Threshold) -> int:
        """Return how often `threshold` has been armed so far."""
        return self.armings.get(str(threshold), 1)

    def settles(self, key: AlertKey) -> bool:
        """Tell whether nothing is left to do for `key`."""
        return _settled(key) in self.settled

    def with_settled(self, keys: Iterable[AlertKey]) -> "AlertLog":
        """Return the log in which `keys` are settled."""
        return replace(self, settled=self.settled.union(map(_settled, keys)))

    def rearmed(self, threshold: Threshold) -> "AlertLog":
        """Return the log in which `threshold` may be told once more."""
        return replace(self, armings={**self.armings, str(threshold): self.arming(threshold) + 1})


def alert_log_to_json(log: AlertLog) -> dict[str, Any]:
    """Return a JSON object from which `alert_log_from_json` makes an equal log."""
    return {"armings": dict(log.armings), "settled": [list(settled) for settled in sorted(log.settled)]}


def alert_log_from_json(value: Mapping[str, Any]) -> AlertLog:
    """Return the log that `alert_log_to_json` wrote; an empty object is an empty log."""
    settled = ((threshold, arming, destination) for threshold, arming, destination in value.get("settled", ()))
    return AlertLog(armings=dict(value.get("armings", {})), settled=frozenset(settled))


def _settled(key: AlertKey) -> _Settled:
    return key.threshold, key.arming, key.destination
