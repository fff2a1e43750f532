"""`agents:`, `groups:` and `customers:`: who answers, who asks, who belongs together."""

from typing import Any

from bot.config.reading import Cursor, Reader, list_of, record
from bot.config.slack_names import slack_id
from bot.config.values import flag, is_name, reference, text

AGENTS: dict[str, Reader] = {
    "user_groups": list_of(slack_id("user group")),
    "users": list_of(slack_id("user")),
    "home_workspace": flag,
}
GROUP: dict[str, Reader] = {
    "users": list_of(slack_id("user")),
    "user_group": slack_id("user group"),
    "route": reference("route"),
}
CUSTOMER: dict[str, Reader] = {
    "name": text,
    "tier": text,
    "slack_teams": list_of(slack_id("team")),
    "channels": list_of(slack_id("channel")),
    "schedule": reference("schedule"),
    "owner": slack_id("user"),
    "alert_channel": slack_id("channel"),
    "tags": list_of(text),
    "route": reference("route"),
}

Json = dict[str, Any]


def read_agents(cursor: Cursor) -> Json:
    """Who is an agent (Slack Connect: by user group, by name, or by being of the home workspace)."""
    return record(cursor, AGENTS)


def read_groups(cursor: Cursor) -> Json:
    """Groups by name."""
    return {name: record(value, GROUP) for name, value in cursor.entries().items() if is_name(cursor.key(name))}


def read_customers(cursor: Cursor) -> Json:
    """Customers by key; a channel or a Slack workspace belongs to one of them only."""
    owners: dict[str, str] = {}
    customers: Json = {}
    for key, value in cursor.entries().items():
        if is_name(cursor.key(key)):
            customers[key] = record(value, CUSTOMER)
            _claim(key, value, owners)
    return customers


def _claim(customer: str, cursor: Cursor, owners: dict[str, str]) -> None:
    given = cursor.entries()
    items = [item for key in ("channels", "slack_teams") if key in given for item in given[key].items()]
    for item in items:
        if item.written and owners.setdefault(item.written, customer) != customer:
            item.problem(f"{item.written} already belongs to the customer {owners[item.written]}")
