"""Rules: everything the engine is given besides a ticket and its events, in one version."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from sla.business_time import CALENDAR, BusinessTime, Hours
from sla.conditions import TRIGGER_FIELDS, Filter, filter_reader, filter_to_json
from sla.errors import SlaError
from sla.json_readers import choice, mapping, name, name_or_none, names, nullable
from sla.json_shapes import Reader, items, read_at, record
from sla.policy.policies import Policy, group_policy, policy, policy_to_json
from sla.schedule import Schedule
from sla.schedule_json import schedule_from_json, schedule_to_json
from sla.settings import PolicySettings, Settings, settings, settings_in_force, settings_to_json
from sla.ticket import Priority, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerAction:
    """What a trigger sets; None changes nothing, tags are added."""

    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    group: str | None = None
    ticket_type: str | None = None
    customer: str | None = None
    schedule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What is done to a ticket on the first update where a filter holds, once.

    Attributes:
        key: What a ticket remembers of a trigger that has fired; the same for the same trigger in every version.
    """

    when: Filter
    set: TriggerAction
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        written = json.dumps(trigger_to_json(self), sort_keys=True)
        object.__setattr__(self, "key", blake2b(written.encode(), digest_size=8).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One version of a workspace's rules; immutable, its schedules compiled once.

    Attributes:
        policies: In the order in which they are tried; the first whose filter holds applies.
        group_policies: The same for group ownership, beside the plain ones.
        settings: Defaults under the settings of every policy.
        bots_that_reply: Ids of bots whose public comments are replies.
        channel_schedules: Names of schedules by channel.
        customer_schedules: Names of schedules by customer.
    """

    schedules: tuple[Schedule, ...] = ()
    default_schedule: str | None = None
    default_priority: Priority | None = None
    settings: PolicySettings = field(default_factory=PolicySettings)
    bots_that_reply: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    policies: tuple[Policy, ...] = ()
    group_policies: tuple[Policy, ...] = ()
    channel_schedules: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    customer_schedules: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    compiled: Mapping[str, BusinessTime] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if problems := _problems(self):
            raise SlaError(*problems)
        object.__setattr__(self, "policies", _by_position(self.policies))
        object.__setattr__(self, "group_policies", _by_position(self.group_policies))
        object.__setattr__(self, "compiled", {each.name: compiled(each) for each in self.schedules})

    def with_policies(self, policies: tuple[Policy, ...]) -> "Rules":
        """Return these rules with other policies; group policies and everything else stay."""
        return replace(self, policies=policies)

    def hours(self, schedule: str | None) -> Hours:
        """Return the hours of the schedule of that name; around the clock for none, and for one that is gone."""
        return self.compiled.get(schedule, CALENDAR) if schedule else CALENDAR

    def schedule_of(self, ticket: Ticket, applied: Policy | None) -> str | None:
        """Return the name of a ticket's schedule: its own, else the policy's, channel's, customer's, workspace's."""
        return (
            ticket.schedule
            or (applied and applied.schedule)
            or self.channel_schedules.get(ticket.channel or "")
            or self.customer_schedules.get(ticket.customer or "")
            or self.default_schedule
        )

    def settings_of(self, applied: Policy | None) -> Settings:
        """Return the settings in force under a policy, or under none."""
        return settings_in_force(applied.settings if applied else NO_SETTINGS, self.settings)


NO_SETTINGS = PolicySettings()


@lru_cache(maxsize=1024)
def compiled(schedule: Schedule) -> BusinessTime:
    """Return the compiled hours of a schedule; a version of rules that leaves it alone shares them with the last."""
    return BusinessTime(schedule)


def _by_position(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """Return the policies as they are tried: by position, those without one last, otherwise as they were given."""
    return tuple(sorted(policies, key=lambda each: (each.position is None, each.position or 0)))


def _problems(rules: Rules) -> list[str]:
    """Return a sentence for each schedule name that is given twice, and each that is used but not given."""
    known = [each.name for each in rules.schedules]
    twice = {each for each in known if known.count(each) > 1}
    used = [("default_schedule", rules.default_schedule)]
    used += [(f"the policy {each.title!r}", each.schedule) for each in (*rules.policies, *rules.group_policies)]
    used += [(f"triggers[{place}].set.schedule", each.set.schedule) for place, each in enumerate(rules.triggers)]
    used += [(f"the channel {channel!r}", schedule) for channel, schedule in rules.channel_schedules.items()]
    used += [(f"the customer {customer!r}", schedule) for customer, schedule in rules.customer_schedules.items()]
    return [f"There is more than one schedule named {each!r}." for each in sorted(twice)] + [
        f"There is no schedule named {schedule!r}, which {user} uses."
        for user, schedule in used
        if schedule not in (None, *known)
    ]


_trigger: Reader[Trigger] = record(
    Trigger,
    {
        "when": filter_reader(TRIGGER_FIELDS),
        "set": record(
            TriggerAction,
            {},
            {
                "priority": nullable(choice(Priority)),
                "tags": names,
                "group": name_or_none,
                "ticket_type": name_or_none,
                "customer": name_or_none,
                "schedule": name_or_none,
            },
        ),
    },
)

RULES_KEYS: Mapping[str, Reader[Any]] = {
    "schedules": items(lambda value: schedule_from_json(value, "")),
    "default_schedule": name_or_none,
    "default_priority": nullable(choice(Priority)),
    "settings": settings,
    "bots_that_reply": names,
    "triggers": items(_trigger),
    "policies": items(policy),
    "group_policies": items(group_policy),
    "channel_schedules": mapping(name),
    "customer_schedules": mapping(name),
}
"""The reader of each key of rules; in a timeline file they stand beside `tickets` and `until`."""

read_rules: Reader[Rules] = record(Rules, {}, RULES_KEYS)


def rules_from_json(value: object, path: str = "rules") -> Rules:
    """Return the rules of a parsed JSON object: the keys of a timeline file but for `tickets` and `until`.

    Raises:
        SlaError: With all problems at once, each with its path; unknown keys are problems.
    """
    return read_at(path, read_rules, value)


def rules_to_json(rules: Rules) -> dict[str, Any]:
    """Return the JSON object from which `rules_from_json` makes equal rules."""
    return {
        "schedules": [schedule_to_json(each) for each in rules.schedules],
        "default_schedule": rules.default_schedule,
        "default_priority": rules.default_priority,
        "settings": settings_to_json(rules.settings),
        "bots_that_reply": list(rules.bots_that_reply),
        "triggers": [trigger_to_json(each) for each in rules.triggers],
        "policies": [policy_to_json(each) for each in rules.policies],
        "group_policies": [policy_to_json(each) for each in rules.group_policies],
        "channel_schedules": dict(rules.channel_schedules),
        "customer_schedules": dict(rules.customer_schedules),
    }


def trigger_to_json(trigger: Trigger) -> dict[str, Any]:
    """Return the JSON object of a trigger; what it does not set is left out."""
    action = trigger.set
    given = {
        "priority": action.priority,
        "tags": list(action.tags),
        "group": action.group,
        "ticket_type": action.ticket_type,
        "customer": action.customer,
        "schedule": action.schedule,
    }
    return {"when": filter_to_json(trigger.when), "set": {key: value for key, value in given.items() if value}}
