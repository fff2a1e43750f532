"""Policies, settings, triggers and rules: read strictly, written losslessly."""

import pytest

from sla.errors import SlaError
from sla.policy import Policy, PolicyMetric, Rules, Target, rules_from_json, rules_to_json
from sla.ticket import Priority
from tests.support.timelines import OFFICE_HOURS, conditions

ROW = {"priority": "normal", "metric": "first_reply_time", "target": 60, "business_hours": True}


def rules_with(policy, **rules):
    return {"policies": [{"title": "P", "filter": {"all": [], "any": []}, **policy}], **rules}


def problems_of(document):
    with pytest.raises(SlaError) as caught:
        rules_from_json(document)
    return list(caught.value.problems)


FULL = {
    "schedules": [OFFICE_HOURS | {"holidays": [], "special_hours": []}],
    "default_schedule": "office",
    "default_priority": "normal",
    "settings": {"pause_reply_on": ["pending"]},
    "bots_that_reply": ["B1"],
    "triggers": [
        {
            "when": conditions(("text", "includes", "down")),
            "set": {"priority": "urgent", "tags": ["x"], "group": "red", "schedule": "office"},
        }
    ],
    "policies": [
        {
            "title": "P",
            "description": "for them",
            "position": 1,
            "id": 36,
            "route": "loud",
            "schedule": "office",
            "filter": {"all": [], "any": []},
            "policy_metrics": [ROW, {**ROW, "priority": "high", "target_in_seconds": 90}],
            "settings": {
                "pause_reply_on": [],
                "pause_resolution_on": ["hold"],
                "acknowledge_reactions": ["eyes"],
                "fulfill_on_internal_note": True,
                "first_reply_on_agent_created": False,
                "solved_without_reply": "cancel",
            },
        }
    ],
    "group_policies": [
        {
            "title": "G",
            "id": "01HK",
            "filter": {"all": [], "any": []},
            "policy_metrics": [{**ROW, "metric": "group_ownership_time"}],
        }
    ],
    "channel_schedules": {"C1": "office"},
    "customer_schedules": {"acme": "office"},
}


def test_rules_survive_their_json():
    rules = rules_from_json(FULL)

    assert rules_from_json(rules_to_json(rules)) == rules
    assert rules.policies[0].policy_metrics[1] == PolicyMetric(
        priority=Priority.HIGH, metric="first_reply_time", target=Target(90, business_hours=True)
    )


def test_no_rules_at_all_are_rules():
    assert rules_from_json({}) == Rules()


def test_seconds_beat_minutes_where_both_are_given():
    rules = rules_from_json(rules_with({"policy_metrics": [{**ROW, "target": 2, "target_in_seconds": 90}]}))

    assert rules.policies[0].policy_metrics[0].target.seconds == 90


def test_targets_are_calendar_ones_unless_they_say_business():
    row = {key: value for key, value in ROW.items() if key != "business_hours"}

    assert rules_from_json(rules_with({"policy_metrics": [row]})).policies[0].policy_metrics[0].target == (3600, False)


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ({"target": 0}, "1 to 527040 minutes"),
        ({"target": -5}, "1 to 527040 minutes"),
        ({"target": True}, "whole number"),
        ({"target": "60"}, "whole number"),
        ({"target": 1.5}, "whole number"),
        ({"target": None}, "whole number"),
        ({"target": 10**9}, "1 to 527040 minutes"),
        ({"target_in_seconds": 14}, "15 to 31622400 seconds"),
        ({"priority": "asap"}, "has to be one of low, normal, high, urgent"),
        ({"metric": "reply_time"}, "has to be one of first_reply_time"),
        ({"metric": "group_ownership_time"}, "cannot be a metric of a policy that is not a group policy"),
        ({"busines_hours": True}, "did you mean 'business_hours'"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_path(row, part):
    [problem] = problems_of(rules_with({"policy_metrics": [{**ROW, **row}]}))

    assert problem.startswith("rules.policies[0].policy_metrics[0]")
    assert part in problem


def test_a_row_needs_a_target():
    [problem] = problems_of(rules_with({"policy_metrics": [{"priority": "low", "metric": "first_reply_time"}]}))

    assert "'target' (minutes) and 'target_in_seconds' is missing" in problem


def test_a_group_policy_takes_group_metrics_only():
    [problem] = problems_of(
        {"group_policies": [{"title": "G", "filter": {"all": [], "any": []}, "policy_metrics": [ROW]}]}
    )

    assert "first_reply_time cannot be a metric of a group policy" in problem


def test_a_pair_of_priority_and_metric_is_given_once():
    [problem] = problems_of(rules_with({"policy_metrics": [ROW, {**ROW, "target": 5}]}))

    assert problem == "rules.policies[0]: The policy 'P' has more than one row for the same priority and metric."


def test_a_policy_built_in_code_is_checked_too():
    row = PolicyMetric(priority=Priority.LOW, metric="first_reply_time", target=Target(60, business_hours=False))

    with pytest.raises(SlaError):
        Policy(title="P", policy_metrics=(row, row))


@pytest.mark.parametrize(
    "policy",
    [
        {"title": " "},
        {"id": True, "position": "first"},
        {"settings": {"pause_reply_on": ["solved"]}},
        {"settings": {"solved_without_reply": "ignore"}},
        {"settings": {"pause_on": []}},
        {"filter": None},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy):
    assert problems_of(rules_with(policy))


def test_a_pause_on_solved_is_explained():
    [problem] = problems_of(rules_with({"settings": {"pause_reply_on": ["solved", "open"]}}))

    assert "Nothing pauses on solved; the statuses are new, open, pending, hold." in problem


def test_a_schedule_that_is_named_has_to_exist_and_names_are_given_once():
    document = {
        "schedules": [OFFICE_HOURS, OFFICE_HOURS],
        "default_schedule": "a",
        **rules_with({"schedule": "b"}),
        "triggers": [{"when": {}, "set": {"schedule": "c"}}],
        "channel_schedules": {"C1": "d"},
        "customer_schedules": {"acme": "e"},
    }

    found = problems_of(document)

    assert found == [
        "rules: There is more than one schedule named 'office'.",
        "rules: There is no schedule named 'a', which default_schedule uses.",
        "rules: There is no schedule named 'b', which the policy 'P' uses.",
        "rules: There is no schedule named 'c', which triggers[0].set.schedule uses.",
        "rules: There is no schedule named 'd', which the channel 'C1' uses.",
        "rules: There is no schedule named 'e', which the customer 'acme' uses.",
    ]


def test_an_unchanged_schedule_is_compiled_once_for_all_versions():
    first, second = rules_from_json(FULL), rules_from_json({**FULL, "policies": []})

    assert first.hours("office") is second.hours("office")


def test_a_trigger_is_remembered_by_what_it_says():
    first, second = rules_from_json(FULL), rules_from_json({**FULL, "policies": []})

    assert first.triggers[0].key == second.triggers[0].key
