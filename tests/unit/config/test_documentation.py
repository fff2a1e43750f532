import re
from datetime import date
from pathlib import Path

import pytest

from bot.config import alerts, channels, conditions, expand, people, policies, schedules
from bot.settings import Settings
from sla.conditions import Operator

PAGE = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")
PROSE = re.sub(r"```yaml\n.*?```", "", PAGE, flags=re.DOTALL)
EXAMPLE = "".join(re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL))

TOP = expand.top_level_keys(today=date(2026, 1, 1), check_schedule=lambda *_: None)
TABLES = {
    "the file": TOP,
    "agents": people.AGENTS,
    "a group": people.GROUP,
    "a customer": people.CUSTOMER,
    "channels": channels.CHANNEL,
    "intake": channels.INTAKE,
    "reactions": channels.REACTION_ACTIONS,
    "lifecycle": channels.LIFECYCLE,
    "a schedule": schedules.schedule_keys(date(2026, 1, 1)),
    "holidays of a country": [*schedules.IMPORT, "also"],
    "a holiday": schedules.EXPLICIT_HOLIDAY,
    "an interval": schedules.INTERVAL,
    "a condition": conditions.CONDITION_KEYS,
    "fields": conditions.TRIGGER_FIELDS,
    "operators": list(Operator),
    "a trigger": ["when", "set", *policies.TRIGGER_SET],
    "a policy": policies.policy_keys(policies.METRICS),
    "metrics": [*policies.METRICS, *policies.GROUP_METRICS],
    "settings": policies.SETTINGS,
    "a target": policies.TARGET,
    "a row": ["priority", "metric", "target", "target_in_seconds", "business_hours"],
    "a route": alerts.ROUTE,
    "quiet hours": alerts.QUIET,
    "destinations": [*alerts.WORDS, "group:NAME", "mail:ADDRESS", "webhook:NAME"],
    "a webhook": alerts.WEBHOOK,
    "digests": [*alerts.DIGESTS, *alerts.DIGESTS["weekly"]],
    "the environment": Settings.variables().values(),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_documented(table):
    missing = [key for key in TABLES[table] if f"`{key}`" not in PROSE]

    assert missing == []


def test_the_examples_of_the_page_are_one_file_without_a_warning(load):
    assert load(EXAMPLE).warnings == ()


def test_the_examples_show_every_key_of_the_file(load):
    assert set(load(EXAMPLE).document) == set(TOP)


def test_the_page_names_no_variable_that_is_not_read():
    named = set(re.findall(r"`((?:SLACK|THREADLINE)_[A-Z_]+)`", PAGE))

    assert named == set(Settings.variables().values())
