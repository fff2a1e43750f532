"""Whatever is done to a file, it either loads or is refused with problems that name a line of it."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import ConfigError, load_config
from bot.config.document import Mapping, Scalar, parse_document
from sla.policy import rules_from_json

EVERY_KEY = (Path(__file__).parent / "every_key.yml").read_text(encoding="utf-8")
LINES = EVERY_KEY.splitlines(keepends=True)
SCRAPS = st.sampled_from(
    ["", " ", "\t", "\n", ":", "- ", "{", "}", "[", "]", ",", "'", '"', "&a ", "*a", "!!str ", "|", ">", "%", "@", "`",
     "null", "0", "-1", "99999999999999999999", "1e400", "off", "\x00", "\ud800", "\u2028", "é", "---\n", "...", "? "]
)  # fmt: skip
ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
        st.sampled_from(["eu", "U1", "C0ACME", "C0TRIAGE", "15m", "off", "default", "2026-12-24", "mon", "DE", "24x7"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


def load_or_refuse(text):
    """Loads the text; a refusal has to be whole."""
    try:
        config = load_config(text, source="threadline.yml", today=date(2026, 11, 21))
    except ConfigError as error:
        refusal = error
    else:
        rules_from_json(config.rules_json())
        return
    lines = len(text.splitlines()) + 1
    assert refusal.problems
    assert all(1 <= problem.line <= lines and problem.message for problem in refusal.problems)


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_loads_or_is_refused(text):
    load_or_refuse(text)


@given(st.lists(st.tuples(st.integers(0, len(EVERY_KEY)), st.integers(0, 12), SCRAPS), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_file_with_pieces_cut_out_and_put_in_loads_or_is_refused(cuts):
    text = EVERY_KEY
    for place, length, scrap in cuts:
        text = text[:place] + scrap + text[place + length :]
    load_or_refuse(text)


@given(st.lists(st.integers(0, len(LINES) - 1), max_size=60))
@settings(max_examples=60, deadline=None)
def test_a_file_with_its_lines_shuffled_loads_or_is_refused(order):
    load_or_refuse("".join(LINES[place] for place in order))


def plain(node):
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    return [plain(item) for item in node.items]


def places(value, path=()):
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from places(item, (*path, key))


DOCUMENT = plain(parse_document(EVERY_KEY, source="every_key.yml"))
PLACES = [path for path in places(DOCUMENT) if path]


@given(st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING), min_size=1, max_size=3))
@settings(max_examples=120, deadline=None)
def test_a_file_with_any_value_replaced_by_anything_loads_or_is_refused(changes):
    document = json.loads(json.dumps(DOCUMENT))
    for path, value in changes:
        owner = document
        for key in path[:-1]:
            owner = owner[key] if isinstance(owner, dict | list) and _has(owner, key) else {}
        if isinstance(owner, dict | list) and _has(owner, path[-1]):
            owner[path[-1]] = value
    load_or_refuse(json.dumps(document))


def _has(owner, key):
    return key in owner if isinstance(owner, dict) else isinstance(key, int) and key < len(owner)


@pytest.mark.slow
@pytest.mark.parametrize("value", [None, 5, "", [None], {"zzz": 1}], ids=json.dumps)
def test_each_value_replaced_by_each_kind_of_value_loads_or_is_refused(value):
    for path in PLACES:
        document = json.loads(json.dumps(DOCUMENT))
        owner = document
        for key in path[:-1]:
            owner = owner[key]
        owner[path[-1]] = value
        load_or_refuse(json.dumps(document))
