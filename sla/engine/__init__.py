"""The SLA engine: a ticket's events in, its instances, deadlines and breaches out; it reads no clock.

`advance` takes a state and an event and gives the next state; `settle` stamps the deadlines that have passed; `fold`
tells the whole story from the first event. Live evaluation, replay and simulation are folds of the same step.
"""

from sla.engine.history import Gathering, History, fold, in_order
from sla.engine.instance import Elapsed, Instance, LogType, MetricEvent, Outcome, Stage
from sla.engine.state import ShelfReason, TicketState, start
from sla.engine.steps import advance, settle
from sla.engine.stored import state_from_json, state_to_json

__all__ = [
    "Elapsed",
    "Gathering",
    "History",
    "Instance",
    "LogType",
    "MetricEvent",
    "Outcome",
    "ShelfReason",
    "Stage",
    "TicketState",
    "advance",
    "fold",
    "in_order",
    "settle",
    "start",
    "state_from_json",
    "state_to_json",
]
