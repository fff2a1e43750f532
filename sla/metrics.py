"""The eight metrics, as a table: what starts, ends, pauses and restarts each (Zendesk: SLA metrics)."""

from dataclasses import dataclass
from enum import StrEnum, auto

from sla.ticket import Status


class Metric(StrEnum):
    """What a target can be set for."""

    FIRST_REPLY_TIME = auto()
    NEXT_REPLY_TIME = auto()
    PERIODIC_UPDATE_TIME = auto()
    PAUSABLE_UPDATE_TIME = auto()
    REQUESTER_WAIT_TIME = auto()
    AGENT_WORK_TIME = auto()
    TOTAL_RESOLUTION_TIME = auto()
    GROUP_OWNERSHIP_TIME = auto()


class Moment(StrEnum):
    """What happens to a ticket that moves clocks."""

    CREATION = auto()
    CUSTOMER_WAITS = auto()  # there is an oldest unanswered customer message
    REPLY = auto()
    ACKNOWLEDGEMENT = auto()  # a reaction or an internal note that a setting lets count as the first reply
    ASSIGNMENT = auto()  # to a group
    HANDOVER = auto()  # from that group to another, or to none
    SOLVE = auto()
    REOPENING = auto()


class AtSolve(StrEnum):
    """What solving, which ends every clock, makes of an open instance."""

    FULFIL = auto()  # solving is what it waits for
    ANSWER = auto()  # fulfilled without a reply, or cancelled where a setting says so
    CANCEL = auto()  # unless its deadline has passed: then fulfilled, as missed


class AtReopening(StrEnum):
    """What reopening makes of the instance that solving ended."""

    NOTHING = auto()
    RESUME = auto()  # the same instance; the solved gap is a pause


class PauseSetting(StrEnum):
    """The settings of a policy that replace a metric's own pausing statuses."""

    PAUSE_REPLY_ON = auto()
    PAUSE_RESOLUTION_ON = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One row of the table.

    Attributes:
        activated_by: what starts an instance.
        fulfilled_by: what ends it.
        at_solve: how solving ends it.
        at_reopening: whether reopening takes it up again.
        paused_while: the statuses in which it stands still.
        pause_setting: the policy setting that replaces them.
        for_groups: whether targets come from the group policy.
    """

    activated_by: frozenset[Moment]
    fulfilled_by: frozenset[Moment]
    at_solve: AtSolve
    at_reopening: AtReopening = AtReopening.NOTHING
    paused_while: frozenset[Status] = frozenset()
    pause_setting: PauseSetting | None = None
    for_groups: bool = False


def _resolution(*paused_while: Status, pause_setting: PauseSetting | None) -> Definition:
    return Definition(
        activated_by=frozenset({Moment.CREATION}),
        fulfilled_by=frozenset({Moment.SOLVE}),
        at_solve=AtSolve.FULFIL,
        at_reopening=AtReopening.RESUME,
        paused_while=frozenset(paused_while),
        pause_setting=pause_setting,
    )


def _update(*paused_while: Status) -> Definition:
    return Definition(
        activated_by=frozenset({Moment.REPLY}),
        fulfilled_by=frozenset({Moment.REPLY}),
        at_solve=AtSolve.CANCEL,
        paused_while=frozenset(paused_while),
    )


def _reply(*fulfilled_by: Moment) -> Definition:
    return Definition(
        activated_by=frozenset({Moment.CUSTOMER_WAITS}),
        fulfilled_by=frozenset(fulfilled_by),
        at_solve=AtSolve.ANSWER,
        pause_setting=PauseSetting.PAUSE_REPLY_ON,
    )


DEFINITIONS: dict[Metric, Definition] = {
    Metric.FIRST_REPLY_TIME: _reply(Moment.REPLY, Moment.ACKNOWLEDGEMENT),
    Metric.NEXT_REPLY_TIME: _reply(Moment.REPLY),
    Metric.PERIODIC_UPDATE_TIME: _update(),
    Metric.PAUSABLE_UPDATE_TIME: _update(Status.PENDING),
    Metric.REQUESTER_WAIT_TIME: _resolution(Status.PENDING, pause_setting=PauseSetting.PAUSE_RESOLUTION_ON),
    Metric.AGENT_WORK_TIME: _resolution(Status.PENDING, Status.HOLD, pause_setting=PauseSetting.PAUSE_RESOLUTION_ON),
    Metric.TOTAL_RESOLUTION_TIME: _resolution(pause_setting=None),
    Metric.GROUP_OWNERSHIP_TIME: Definition(
        activated_by=frozenset({Moment.ASSIGNMENT, Moment.REOPENING}),
        fulfilled_by=frozenset({Moment.HANDOVER}),
        at_solve=AtSolve.FULFIL,
        for_groups=True,
    ),
}


def metrics_activated_by(moment: Moment) -> tuple[Metric, ...]:
    """Return the metrics that a moment starts, in the table's order."""
    return tuple(metric for metric, definition in DEFINITIONS.items() if moment in definition.activated_by)


def metrics_fulfilled_by(moment: Moment) -> frozenset[Metric]:
    """Return the metrics whose open instances a moment fulfils."""
    return frozenset(metric for metric, definition in DEFINITIONS.items() if moment in definition.fulfilled_by)


POLICY_METRICS = frozenset(metric for metric, definition in DEFINITIONS.items() if not definition.for_groups)
GROUP_METRICS = frozenset(metric for metric, definition in DEFINITIONS.items() if definition.for_groups)
REPLY_METRICS = frozenset(metrics_activated_by(Moment.CUSTOMER_WAITS))
