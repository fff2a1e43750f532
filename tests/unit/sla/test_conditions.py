"""Conditions: what each operator says of each kind of field."""

import pytest

from sla.conditions import TRIGGER_FIELDS, filter_reader, filter_to_json
from sla.errors import SlaError
from sla.ticket import ChannelKind, Priority, Status, Ticket

TICKET = Ticket(
    id="T1", channel="C1", channel_kind=ChannelKind.SHARED, customer="acme", tags=("vip", "eu"), priority=Priority.HIGH,
    status=Status.OPEN, fields={"seats": 40, "region": "emea", "trial": True, "since": "2024-05-01", "empty": ""},
)  # fmt: skip


def holds(field, operator, value=None, text=None):
    document = {"all": [{"field": field, "operator": operator, "value": value}], "any": []}
    return filter_reader(TRIGGER_FIELDS)(document).holds(TICKET, text)


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("customer", "is", "acme", True),
        ("customer", "is", "Acme", False),
        ("customer", "is", ["other", "acme"], True),
        ("customer", "is_not", "acme", False),
        ("customer", "is_not", "other", True),
        ("customer", "includes", ["other", "acme"], True),
        ("customer", "not_includes", ["other"], True),
        ("customer", "present", None, True),
        ("customer_tier", "present", None, False),
        ("customer_tier", "not_present", None, True),
        ("customer_tier", "is", None, True),
        ("customer_tier", "is", "", True),
        ("customer_tier", "is", "pro", False),
        ("customer_tier", "is_not", "pro", True),
        ("customer_tier", "includes", "pro", False),
        ("customer_tier", "not_includes", "pro", True),
        ("channel_kind", "is", "shared", True),
        ("tags", "includes", "vip", True),
        ("tags", "includes", ["us", "eu"], True),
        ("tags", "includes", "us", False),
        ("tags", "not_includes", "us", True),
        ("tags", "is", ["eu", "vip"], True),
        ("tags", "is", "vip", False),
        ("tags", "is_not", "vip", True),
        ("requester_tags", "not_present", None, True),
        ("fields.seats", "is", "40", True),
        ("fields.seats", "greater_than", 9, True),
        ("fields.seats", "greater_than", 40, False),
        ("fields.seats", "less_than", 40.5, True),
        ("fields.seats", "less_than", "many", False),
        ("fields.seats", "greater_than", "many", False),
        ("fields.since", "less_than", "2024-06-01", True),
        ("fields.since", "greater_than", "2024-06-01", False),
        ("fields.trial", "is", True, True),
        ("fields.trial", "is", "true", True),
        ("fields.none", "less_than", 5, False),
        ("fields.none", "greater_than", 5, False),
        ("fields.region", "greater_than", ["a", "b"], False),
        ("fields.seats", "less_than", "NaN", False),
        ("fields.empty", "not_present", None, True),
        ("priority", "greater_than", "normal", True),
        ("priority", "less_than", "urgent", True),
        ("priority", "less_than", "high", False),
        ("status", "less_than", "pending", True),
    ],
)
def test_a_condition_says_what_it_says(field, operator, value, expected):
    assert holds(field, operator, value) is expected


def test_text_is_searched_anywhere_and_in_any_case():
    assert holds("text", "includes", "DOWN", text="It is down again") is True
    assert holds("text", "includes", ["slow", "down"], text="It is down again") is True
    assert holds("text", "not_includes", "up", text="It is down again") is True
    assert holds("text", "includes", "down") is False
    assert holds("text", "is", "hi", text="hi") is True


def test_both_lists_must_hold_and_an_empty_one_does():
    vip, us = ({"field": "tags", "operator": "includes", "value": value} for value in ("vip", "us"))
    read = filter_reader()

    assert read({}).holds(TICKET) is True
    assert read({"all": None, "any": None}).holds(TICKET) is True
    assert read({"all": [vip], "any": [us, vip]}).holds(TICKET) is True
    assert read({"all": [vip], "any": [us]}).holds(TICKET) is False
    assert read({"all": [vip, us], "any": []}).holds(TICKET) is False


def test_a_filter_survives_its_json_with_every_kind_of_value():
    document = {
        "all": [{"field": "fields.x", "operator": "includes", "value": ["4", 5, 10**12, None, True, 1.5]}],
        "any": [{"field": "customer", "operator": "not_present", "value": None}],
    }

    assert filter_to_json(filter_reader()(document)) == document


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "status", "operator": "is", "value": "open"},
        {"field": "priority", "operator": "is", "value": "low"},
        {"field": "text", "operator": "is", "value": "x"},
        {"field": "fields.", "operator": "present"},
        {"field": "shoe_size", "operator": "present"},
        {"field": "", "operator": "present"},
        {"field": "customer", "operator": "equals", "value": "x"},
        {"field": "customer", "operator": "is", "value": {"a": 1}},
        {"field": "customer"},
        "customer",
    ],
)
def test_a_policy_refuses_a_condition_that_makes_no_sense(condition):
    with pytest.raises(SlaError):
        filter_reader()({"all": [condition], "any": []})
