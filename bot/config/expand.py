"""The whole file as one canonical document: sugar written out, every problem noted."""

from datetime import date
from typing import Any

from bot.config.alerts import read_digest, read_routes, read_webhooks
from bot.config.channels import read_channels, read_intake, read_lifecycle
from bot.config.people import read_agents, read_customers, read_groups
from bot.config.policies import read_group_policies, read_policies, read_settings, read_triggers
from bot.config.reading import Cursor, Reader, list_of, record
from bot.config.schedules import Check, read_schedules
from bot.config.slack_names import slack_id
from bot.config.values import choice, local_date, reference
from sla.ticket import Priority

Json = dict[str, Any]


def top_level_keys(*, today: date, check_schedule: Check) -> dict[str, Reader]:
    """Every key of the file with its reader, in the order in which a file is exported."""
    return {
        "admins": list_of(slack_id("user")),
        "agents": read_agents,
        "groups": read_groups,
        "alert_channel": slack_id("channel"),
        "default_schedule": reference("schedule"),
        "default_priority": choice(Priority),
        "enforce_from": local_date,
        "settings": read_settings,
        "schedules": lambda cursor: read_schedules(cursor, today=today, check=check_schedule),
        "customers": read_customers,
        "channels": read_channels,
        "intake": read_intake,
        "lifecycle": read_lifecycle,
        "triggers": read_triggers,
        "policies": read_policies,
        "group_policies": read_group_policies,
        "routes": read_routes,
        "webhooks": read_webhooks,
        "digest": read_digest,
    }


def expand(cursor: Cursor, *, today: date, check_schedule: Check) -> Json:
    """The canonical document; only usable when the cursor's notes hold no problem.

    What was left out stays out, so that the document is as short as the file; readers of it know the defaults.
    """
    return record(cursor, top_level_keys(today=today, check_schedule=check_schedule))
