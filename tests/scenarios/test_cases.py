"""Every case of tests/cases: a timeline, and what `evaluate` has to say about it."""

import json
from pathlib import Path

import pytest

from sla.timeline import evaluate, parse_timeline

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case_has_the_expected_result(path):
    case = json.loads(path.read_text())

    result = evaluate(parse_timeline(json.dumps(case["timeline"])))

    assert [*mismatches(case["expect"], result)] == []


def test_there_are_cases():
    assert len(CASES) == 64


def mismatches(expect, result):
    tickets = {ticket["id"]: ticket for ticket in result["tickets"]}
    for expected in expect["tickets"]:
        ticket = tickets[expected["id"]]
        metrics = {(metric["metric"], metric["instance"]): metric for metric in ticket["metrics"]}
        for key, value in expected.items():
            if key == "metrics":
                for metric in value:
                    yield from differences(metric, metrics[metric["metric"], metric["instance"]])
            elif key == "absent":
                yield from unwelcome(value, metrics)
            elif key == "events_include":
                yield from (
                    event for event in value if not any(contains(event, one) for one in ticket["metric_events"])
                )
            else:
                yield from differences({key: value}, ticket)


def differences(expected, found):
    for key, value in expected.items():
        if isinstance(value, dict) and isinstance(found[key], dict):
            yield from differences(value, found[key])
        elif found[key] != value:
            yield key, value, found[key]


def unwelcome(absent, metrics):
    for each in absent:
        for metric, number in metrics:
            if each in (metric, {"metric": metric, "instance": number}):
                yield "absent", metric, number


def contains(part, whole):
    return all(whole.get(key) == value for key, value in part.items())
