"""A policy's settings: how its clocks start, pause and end where the metrics' table leaves a choice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum, auto
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sla.errors import SlaError
from sla.json_readers import choice, names
from sla.json_shapes import Reader, flag, items, record
from sla.metrics import DEFINITIONS, Metric
from sla.ticket import Status

PAUSING = (Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD)
"""The statuses in which a setting may let a clock stand still: all in which somebody still works on the ticket."""


class SolvedWithoutReply(StrEnum):
    """What solving makes of a reply that is still owed."""

    FULFILL = auto()
    CANCEL = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """Settings as they were given; None is not given, and left to the defaults of the file or of the product.

    Attributes:
        pause_reply_on: Statuses that pause the reply metrics; by default none.
        pause_resolution_on: Statuses that pause requester wait and agent work time, instead of the metrics' own.
        acknowledge_reactions: Names of emoji that, set by an agent, count as the first reply; by default none.
        fulfill_on_internal_note: Whether an agent's internal note counts as the first reply; by default not.
        first_reply_on_agent_created: Whether a ticket that an agent opens waits for a first reply; by default not.
        solved_without_reply: What solving makes of a reply still owed; by default it is fulfilled.
    """

    pause_reply_on: tuple[Status, ...] | None = None
    pause_resolution_on: tuple[Status, ...] | None = None
    acknowledge_reactions: tuple[str, ...] | None = None
    fulfill_on_internal_note: bool | None = None
    first_reply_on_agent_created: bool | None = None
    solved_without_reply: SolvedWithoutReply | None = None

    def over(self, defaults: "PolicySettings") -> "PolicySettings":
        """Return these settings, with the defaults where nothing is given."""
        return PolicySettings(
            **{
                each.name: getattr(defaults if getattr(self, each.name) is None else self, each.name)
                for each in fields(self)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings in force: every choice made.

    Attributes:
        pausing: For each status the metrics that stand still in it.
    """

    acknowledge_reactions: tuple[str, ...]
    fulfill_on_internal_note: bool
    first_reply_on_agent_created: bool
    solved_without_reply: SolvedWithoutReply
    pausing: Mapping[Status, frozenset[Metric]] = field(hash=False)


@lru_cache(maxsize=1024)
def settings_in_force(given: PolicySettings, defaults: PolicySettings) -> Settings:
    """Return what a policy's settings come to over the defaults of the workspace and of the product."""
    given = given.over(defaults)
    return Settings(
        acknowledge_reactions=given.acknowledge_reactions or (),
        fulfill_on_internal_note=bool(given.fulfill_on_internal_note),
        first_reply_on_agent_created=bool(given.first_reply_on_agent_created),
        solved_without_reply=given.solved_without_reply or SolvedWithoutReply.FULFILL,
        pausing=MappingProxyType({status: _pausing_in(status, given) for status in Status}),
    )


def _pausing_in(status: Status, given: PolicySettings) -> frozenset[Metric]:
    return frozenset(metric for metric in Metric if status in _pauses(metric, given))


def _pauses(metric: Metric, given: PolicySettings) -> Collection[Status]:
    definition = DEFINITIONS[metric]
    chosen = getattr(given, definition.pause_setting) if definition.pause_setting else None
    return definition.paused_while if chosen is None else chosen


def _pausing(value: object) -> tuple[Status, ...]:
    statuses = items(choice(Status))(value)
    if wrong := [status for status in statuses if status not in PAUSING]:
        raise SlaError(f": Nothing pauses on {', '.join(wrong)}; the statuses are {', '.join(PAUSING)}.")
    return tuple(dict.fromkeys(statuses))


settings: Reader[PolicySettings] = record(
    PolicySettings,
    {},
    {
        "pause_reply_on": _pausing,
        "pause_resolution_on": _pausing,
        "acknowledge_reactions": names,
        "fulfill_on_internal_note": flag,
        "first_reply_on_agent_created": flag,
        "solved_without_reply": choice(SolvedWithoutReply),
    },
)
"""Read the JSON object of a policy's settings; a missing key is not given."""


def settings_to_json(given: PolicySettings) -> dict[str, Any]:
    """Return the JSON object from which `settings` reads equal settings: only what is given."""
    values = {each.name: getattr(given, each.name) for each in fields(given)}
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in values.items() if value is not None
    }
