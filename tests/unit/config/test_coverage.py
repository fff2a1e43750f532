from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.coverage import covers
from sla.conditions import filter_reader
from sla.ticket import Ticket

FIELDS = {"customer": ["acme", "globex", None], "tags": [(), ("a",), ("a", "b"), ("b",)], "group": ["eng", None]}
VALUES = {"customer": ["acme", "globex"], "tags": ["a", "b"], "group": ["eng", "ops"]}
TICKETS = [Ticket(id="T1", **dict(zip(FIELDS, combination, strict=True))) for combination in product(*FIELDS.values())]


def one(field, operator, value=None):
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def every(*conditions):
    return {"all": list(conditions), "any": []}


def some(*conditions):
    return {"all": [], "any": list(conditions)}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (every(one("customer", "is", ["acme", "globex"])), every(one("customer", "is", "acme"))),
        (every(one("customer", "present")), every(one("customer", "is", "acme"))),
        (every(one("customer", "is_not", "acme")), every(one("customer", "is_not", ["acme", "globex"]))),
        (every(one("tags", "includes", ["a", "b"])), every(one("tags", "includes", "b"))),
        (every(one("tags", "not_includes", "a")), every(one("tags", "not_includes", ["a", "b"]))),
        (every(one("text", "includes", "DOWN")), every(one("text", "includes", ["production down", "it is down"]))),
        (every(one("text", "not_includes", "down")), every(one("text", "not_includes", "down"))),
        (some(one("customer", "is", "acme"), one("group", "is", "eng")), every(one("group", "is", "eng"))),
        (every(one("customer", "present")), some(one("customer", "is", "acme"), one("customer", "is", "globex"))),
    ],
)
def test_a_weaker_filter_covers_a_stronger_one(earlier, later):
    assert covers(earlier, later)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (every(one("customer", "is", "acme")), every(one("customer", "is", ["acme", "globex"]))),
        (every(one("customer", "is", "acme")), every(one("customer", "present"))),
        (every(one("customer", "is_not", ["acme", "globex"])), every(one("customer", "is_not", "acme"))),
        (every(one("tags", "is", ["a", "b"])), every(one("tags", "is", "a"))),
        (every(one("tags", "is", "a")), every(one("tags", "includes", "a"))),
        (every(one("text", "includes", "production down")), every(one("text", "includes", "down"))),
        (every(one("text", "is", "down")), every(one("text", "includes", "down"))),
        (every(one("group", "is", "eng")), every(one("customer", "is", "eng"))),
        (every(one("customer", "is", "acme")), every()),
        (every(one("fields.area", "is", ["a", "b", "c"])), every(one("fields.area", "is", ["a", "b"]))),
        (every(one("customer", "not_present")), every(one("customer", "is", "acme"))),
    ],
)
def test_a_stronger_or_another_filter_does_not(earlier, later):
    assert not covers(earlier, later)


@st.composite
def conditions(draw):
    field = draw(st.sampled_from(sorted(VALUES)))
    operator = draw(st.sampled_from(["is", "is_not", "includes", "not_includes", "present", "not_present"]))
    if operator in {"present", "not_present"}:
        return one(field, operator)
    return one(field, operator, draw(st.lists(st.sampled_from(VALUES[field]), min_size=1, max_size=2, unique=True)))


filters = st.fixed_dictionaries({"all": st.lists(conditions(), max_size=2), "any": st.lists(conditions(), max_size=2)})


@given(earlier=filters, later=filters)
@settings(max_examples=300)
def test_what_is_covered_is_never_a_ticket_of_the_later_policy(earlier, later):
    first, second = map(filter_reader(), (earlier, later))

    if covers(earlier, later):
        assert all(first.holds(ticket) for ticket in TICKETS if second.holds(ticket))
