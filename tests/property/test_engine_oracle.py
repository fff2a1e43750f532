"""The engine and the minute-by-minute oracle agree on random tickets with changes of every kind."""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from tests.support.days import END, MIDNIGHT, days, instant, story_of
from tests.support.oracle import Oracle

EXAMPLES = int(os.environ.get("THREADLINE_ORACLE_EXAMPLES", "250"))
UNTIL = END + 60
MINUTE = timedelta(minutes=1)


def in_minutes(at):
    return None if at is None else (at - MIDNIGHT) // MINUTE


def described(instance, rules):
    elapsed, remaining = instance.elapsed(rules, instant(UNTIL)), instance.remaining(rules, instant(UNTIL))
    return {
        "metric": instance.metric.value,
        "number": instance.number,
        "stage": instance.stage.value,
        "outcome": instance.outcome.value,
        "start": in_minutes(instance.activated_at),
        "end": in_minutes(instance.ended_at),
        "without_reply": instance.without_reply,
        "target": instance.target and (instance.target.seconds // 60, instance.target.business_hours),
        "breach_at": in_minutes(instance.breach_at),
        "breached_at": in_minutes(instance.breached_at),
        "elapsed": (elapsed.business // MINUTE, elapsed.calendar // MINUTE),
        "remaining": None if remaining is None else remaining // MINUTE,
    }


@pytest.mark.timeout(max(120, EXAMPLES / 5))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(days())
def test_the_engine_agrees_with_an_oracle_that_counts_minutes(day):
    story = story_of(day, UNTIL)
    oracle = Oracle(day)
    oracle.play(day["events"], UNTIL)

    ours = [described(instance, story.state.rules) for instance in story.instances]

    def order(each):
        return each["metric"], each["number"]

    assert sorted(ours, key=order) == sorted(oracle.answer(UNTIL), key=order)
