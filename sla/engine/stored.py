"""A ticket's state as JSON, between two steps: what the next step needs, and nothing of what the last one changed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sla.deadlines import Run
from sla.engine.instance import Instance, Stage
from sla.engine.state import Edit, Shelf, ShelfReason, TicketState
from sla.events import Message
from sla.instants import format_instant
from sla.metrics import Metric
from sla.policy import Policy, Rules, Target, policy, policy_to_json, rules_from_json, rules_to_json
from sla.ticket import ticket_from_json, ticket_to_json

_MICROSECOND = timedelta(microseconds=1)


def state_to_json(state: TicketState) -> dict[str, Any]:
    """Return the JSON object from which `state_from_json` makes the state anew; `changed` and its like are left out."""
    return {
        "ticket": ticket_to_json(state.ticket),
        "policies": [policy_to_json(each) for each in state.rules.policies] if state.own_policies else None,
        "edit": state.edit and [rules_to_json(state.edit.rules), state.edit.own_policies],
        "applied": _place(state.applied, state.rules.policies),
        "applied_to_group": _place(state.applied_to_group, state.rules.group_policies),
        "last_at": _instant(state.last_at),
        "created": state.created,
        "first_reply_ended": state.first_reply_ended,
        "waiting": [_message(message) for message in state.waiting],
        "owner": state.owner,
        "numbers": {metric.value: number for metric, number in state.numbers.items() if number},
        "open": [_instance(instance) for instance in state.open_instances],
        "solved": [_instance(instance) for instance in state.solved_instances],
        "dismissed": state.dismissed and _shelf(state.dismissed),
        "void": state.void and _shelf(state.void),
        "fired": sorted(state.fired),
        "exempt": state.exempt,
    }


def state_from_json(document: dict[str, Any], rules: Rules) -> TicketState:
    """Return the state that `state_to_json` wrote.

    Args:
        document: What was written, by any version of the rules.
        rules: The rules in force for the ticket. A newer version takes effect like an edit that waits for the next
            update, except that schedules edited under the same name are only noticed through a `RulesChanged`.
    """
    if document["policies"] is not None:
        rules = rules.with_policies(tuple(policy(each) for each in document["policies"]))
    edit = document["edit"]
    return TicketState(
        rules=rules,
        own_policies=document["policies"] is not None,
        edit=edit and Edit(rules_from_json(edit[0]), edit[1]),
        ticket=ticket_from_json(document["ticket"]),
        applied=_policy(document["applied"], rules.policies),
        applied_to_group=_policy(document["applied_to_group"], rules.group_policies),
        last_at=_read_instant(document["last_at"]),
        created=document["created"],
        first_reply_ended=document["first_reply_ended"],
        waiting=_each(_read_message, document["waiting"]),
        owner=document["owner"],
        numbers={metric: document["numbers"].get(metric.value, 0) for metric in Metric},
        open_instances=_each(_read_instance, document["open"]),
        solved_instances=_each(_read_instance, document["solved"]),
        dismissed=document["dismissed"] and _read_shelf(document["dismissed"]),
        void=document["void"] and _read_shelf(document["void"]),
        fired=frozenset(document["fired"]),
        exempt=document["exempt"],
    )


def _each(read: Callable[[Any], Any], values: list[Any]) -> tuple[Any, ...]:
    return tuple(read(value) for value in values)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else format_instant(at)


def _read_instant(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def _place(applied: Policy | None, policies: tuple[Policy, ...]) -> list[Any] | None:
    """Return where the policy in force stands, and its title: titles need not be unique, and places may change."""
    if applied is None:
        return None
    return [next((place for place, each in enumerate(policies) if each is applied), 0), applied.title]


def _policy(written: list[Any] | None, policies: tuple[Policy, ...]) -> Policy | None:
    if written is None:
        return None
    place, title = written
    here = policies[place : place + 1]
    return next((each for each in (*here, *policies) if each.title == title), None)


def _message(message: Message) -> list[Any]:
    return [format_instant(message.at), message.id, message.source]


def _read_message(written: list[Any]) -> Message:
    return Message(datetime.fromisoformat(written[0]), written[1], written[2])


def _instance(instance: Instance) -> dict[str, Any]:
    """Return what an instance holds, as far as it is not as at first."""
    defaults = Instance._field_defaults
    held = {key: value for key, value in instance._asdict().items() if key not in defaults or value != defaults[key]}
    return {key: _WRITERS.get(key, _as_it_is)(value) for key, value in held.items()}


def _read_instance(written: dict[str, Any]) -> Instance:
    return Instance(**{key: _READERS.get(key, _as_it_is)(value) for key, value in written.items()})


def _shelf(shelf: Shelf) -> dict[str, Any]:
    return {
        "reason": shelf.reason.value,
        "instances": [_instance(instance) for instance in shelf.instances],
        "waiting": [_message(message) for message in shelf.waiting],
        "first_reply_ended": shelf.first_reply_ended,
        "owner": shelf.owner,
    }


def _read_shelf(written: dict[str, Any]) -> Shelf:
    return Shelf(
        reason=ShelfReason(written["reason"]),
        instances=_each(_read_instance, written["instances"]),
        waiting=_each(_read_message, written["waiting"]),
        first_reply_ended=written["first_reply_ended"],
        owner=written["owner"],
    )


def _as_it_is(value: Any) -> Any:
    return value


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "metric": str,
    "stage": str,
    "activated_at": format_instant,
    "ended_at": format_instant,
    "breached_at": format_instant,
    "target": list,
    "pauses": lambda pauses: [[_instant(begin), _instant(end)] for begin, end in pauses],
    "run": lambda run: [format_instant(run.since), run.left // _MICROSECOND, _instant(run.due)],
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "metric": Metric,
    "stage": Stage,
    "activated_at": _read_instant,
    "ended_at": _read_instant,
    "breached_at": _read_instant,
    "target": lambda target: Target(*target),
    "pauses": lambda pauses: tuple((_read_instant(begin), _read_instant(end)) for begin, end in pauses),
    "run": lambda run: Run(datetime.fromisoformat(run[0]), run[1] * _MICROSECOND, _read_instant(run[2])),
}
