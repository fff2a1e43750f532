"""Policies: which tickets they apply to, and how long each metric may take (Zendesk: SLA policies)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from sla.conditions import Filter, filter_reader, filter_to_json
from sla.errors import SlaError
from sla.json_readers import choice, name, name_or_none, nullable
from sla.json_shapes import Reader, flag, integer, items, record, text
from sla.metrics import GROUP_METRICS, POLICY_METRICS, Metric
from sla.settings import PolicySettings, settings, settings_to_json
from sla.ticket import Priority

SHORTEST_TARGET = timedelta(seconds=15)
LONGEST_TARGET = timedelta(days=366)

_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


class Target(NamedTuple):
    """How long an instance may take.

    Attributes:
        seconds: Whole seconds.
        business_hours: Whether they are counted in the ticket's schedule, or around the clock.
    """

    seconds: int
    business_hours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMetric:
    """One row of a policy: the target of a metric at a priority."""

    priority: Priority
    metric: Metric
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy, or a group policy, in one version.

    Attributes:
        id: What the workspace calls it; titles need not be unique.
        targets: The same as `policy_metrics`, to be found by priority and metric.
        position: Where it stands in the order in which policies are tried; None is last.
        schedule: The name of the schedule its business hours are counted in; None is the channel's, the customer's or
            the workspace's.
        route: The name of its alert route.
    """

    title: str
    filter: Filter = field(default_factory=Filter)
    policy_metrics: tuple[PolicyMetric, ...] = ()
    schedule: str | None = None
    settings: PolicySettings = field(default_factory=PolicySettings)
    description: str = ""
    position: int | None = None
    route: str | None = None
    id: int | str | None = None
    targets: Mapping[Priority, Mapping[Metric, Target]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        targets: dict[Priority, dict[Metric, Target]] = {priority: {} for priority in Priority}
        for row in self.policy_metrics:
            targets[row.priority][row.metric] = row.target
        if sum(map(len, targets.values())) < len(self.policy_metrics):
            raise SlaError(f"The policy {self.title!r} has more than one row for the same priority and metric.")
        object.__setattr__(self, "targets", MappingProxyType(targets))


def _seconds(value: object) -> int:
    return _within(integer(value), "seconds", SHORTEST_TARGET // _SECOND, LONGEST_TARGET // _SECOND)


def _minutes(value: object) -> int:
    return 60 * _within(integer(value), "minutes", 1, LONGEST_TARGET // _MINUTE)


def _within(number: int, unit: str, least: int, most: int) -> int:
    if not least <= number <= most:
        raise SlaError(f": A target has to be {least} to {most} {unit}, not {number}.")
    return number


def _row(
    priority: Priority,
    metric: Metric,
    *,
    target: int | None = None,
    target_in_seconds: int | None = None,
    business_hours: bool = False,
) -> PolicyMetric:
    seconds = target if target_in_seconds is None else target_in_seconds
    if seconds is None:
        raise SlaError("One of the keys 'target' (minutes) and 'target_in_seconds' is missing.")
    return PolicyMetric(priority=priority, metric=metric, target=Target(seconds, business_hours))


def _metric(allowed: frozenset[Metric]) -> Reader[Metric]:
    def read_metric(value: object) -> Metric:
        metric = choice(Metric)(value)
        if metric not in allowed:
            kind = "a group policy" if metric in POLICY_METRICS else "a policy that is not a group policy"
            raise SlaError(f": {metric} cannot be a metric of {kind}.")
        return metric

    return read_metric


def _id(value: object) -> int | str:
    return integer(value) if isinstance(value, int) else text(value)


def _policy(allowed: frozenset[Metric]) -> Reader[Policy]:
    row = record(
        _row,
        {"priority": choice(Priority), "metric": _metric(allowed)},
        {"target": _minutes, "target_in_seconds": _seconds, "business_hours": flag},
    )
    return record(
        Policy,
        {"title": name, "filter": filter_reader()},
        {
            "policy_metrics": items(row),
            "schedule": name_or_none,
            "settings": settings,
            "description": text,
            "position": nullable(integer),
            "route": name_or_none,
            "id": nullable(_id),
        },
    )


policy: Reader[Policy] = _policy(POLICY_METRICS)
"""Read the JSON object of a policy."""

group_policy: Reader[Policy] = _policy(GROUP_METRICS)
"""Read the JSON object of a group policy."""


def policy_to_json(given: Policy) -> dict[str, Any]:
    """Return the JSON object from which `policy` or `group_policy` reads an equal one; what is not set is left out."""
    optional = {
        "schedule": given.schedule,
        "settings": settings_to_json(given.settings),
        "description": given.description,
        "position": given.position,
        "route": given.route,
        "id": given.id,
    }
    return {
        "title": given.title,
        "filter": filter_to_json(given.filter),
        "policy_metrics": [_row_to_json(row) for row in given.policy_metrics],
        **{key: value for key, value in optional.items() if value not in (None, "", {})},
    }


def _row_to_json(row: PolicyMetric) -> dict[str, Any]:
    minutes, rest = divmod(row.target.seconds, 60)
    target = {"target_in_seconds": row.target.seconds} if rest else {"target": minutes}
    return {
        "priority": row.priority.value,
        "metric": row.metric.value,
        **target,
        "business_hours": row.target.business_hours,
    }
