import pytest

FRT = "priority: urgent, metric: first_reply_time"
MINIMAL = "targets: {urgent: {first_reply_time: 15m}}"


@pytest.fixture
def rows(load):
    """The rows of the one policy of a file, as (priority, metric, target, business_hours)."""

    def read(targets, kind="policies"):
        (policy,) = load(f"{kind}: [{{title: A, targets: {targets}}}]").rules_json()[kind]
        return [tuple(row.values()) for row in policy["policy_metrics"]]

    return read


def test_targets_by_priority_become_one_row_for_each_metric(rows):
    assert rows("{urgent: {hours: calendar, first_reply_time: 15m, requester_wait_time: 2h}}") == [
        ("urgent", "first_reply_time", 15, False),
        ("urgent", "requester_wait_time", 120, False),
    ]


def test_hours_are_business_hours_unless_they_are_named(rows):
    assert rows("{low: {agent_work_time: 2d}}") == [("low", "agent_work_time", 2880, True)]


def test_one_target_may_have_hours_of_its_own(rows):
    assert rows(
        "{normal: {hours: business, first_reply_time: 4h, requester_wait_time: {target: 24h, hours: calendar}}}"
    ) == [("normal", "first_reply_time", 240, True), ("normal", "requester_wait_time", 1440, False)]


def test_a_target_of_odd_seconds_is_kept_in_seconds(load):
    policies = load("policies: [{title: A, targets: {high: {first_reply_time: 1m 30s}}}]").rules_json()["policies"]

    assert policies[0]["policy_metrics"] == [
        {"priority": "high", "metric": "first_reply_time", "target_in_seconds": 90, "business_hours": True}
    ]


def test_a_group_policy_has_the_metric_of_groups(rows):
    assert rows("{urgent: {group_ownership_time: 4h}}", kind="group_policies") == [
        ("urgent", "group_ownership_time", 240, True)
    ]


def test_a_policy_is_zendesks_json_with_two_lists_of_conditions(load):
    text = """
schedules: {eu: {time_zone: UTC, hours: 24x7}}
routes: {vip: {thresholds: {"0": [assignee]}}}
policies:
  - title: Enterprise
    filter: {all: [{field: tags, operator: includes, value: [a, b]}, {field: assignee, operator: not_present}]}
    schedule: eu
    settings: {pause_reply_on: [pending], acknowledge_reactions: [":eyes:"], solved_without_reply: cancel}
    route: vip
    targets: {urgent: {first_reply_time: 15m}}
"""
    assert load(text).rules_json()["policies"] == [
        {
            "title": "Enterprise",
            "description": "",
            "filter": {
                "all": [
                    {"field": "tags", "operator": "includes", "value": ["a", "b"]},
                    {"field": "assignee", "operator": "not_present"},
                ],
                "any": [],
            },
            "schedule": "eu",
            "settings": {
                "pause_reply_on": ["pending"],
                "acknowledge_reactions": ["eyes"],
                "solved_without_reply": "cancel",
            },
            "route": "vip",
            "policy_metrics": [
                {"priority": "urgent", "metric": "first_reply_time", "target": 15, "business_hours": True}
            ],
        }
    ]


def test_condition_values_keep_their_type(load):
    text = """
policies:
  - title: A
    filter: {any: [{field: fields.seats, operator: greater_than, value: 4294967296},
                   {field: fields.rate, operator: less_than, value: 2.5},
                   {field: fields.trial, operator: is, value: true},
                   {field: via, operator: is, value: "4"}]}
    targets: {urgent: {first_reply_time: 15m}}
"""
    values = [condition["value"] for condition in load(text).rules_json()["policies"][0]["filter"]["any"]]

    assert values == [4294967296, 2.5, True, "4"]
    assert [type(value) for value in values] == [int, float, bool, str]


def test_a_policy_may_be_written_in_rows_with_minutes_or_seconds(load):
    text = """
policies:
  - title: A
    policy_metrics:
      - {priority: urgent, metric: first_reply_time, target: 30, target_in_seconds: 1800, business_hours: true}
      - {priority: urgent, metric: next_reply_time, target_in_seconds: 90, business_hours: false}
"""
    assert load(text).rules_json()["policies"][0]["policy_metrics"] == [
        {"priority": "urgent", "metric": "first_reply_time", "target": 30, "business_hours": True},
        {"priority": "urgent", "metric": "next_reply_time", "target_in_seconds": 90, "business_hours": False},
    ]


def test_a_trigger_says_when_and_what(load):
    text = """
triggers:
  - when: {any: [{field: text, operator: includes, value: "production down"}]}
    set: {priority: urgent, tags: [outage]}
"""
    assert load(text).rules_json()["triggers"] == [
        {
            "when": {"all": [], "any": [{"field": "text", "operator": "includes", "value": "production down"}]},
            "set": {"priority": "urgent", "tags": ["outage"]},
        }
    ]


def test_settings_at_the_top_are_the_defaults_of_all_policies(load):
    assert load("settings: {fulfill_on_internal_note: yes}").rules_json()["settings"] == {
        "fulfill_on_internal_note": True
    }


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "{title: A, targets: {urgent: {first_replay_time: 15m}}}",
            ".targets.urgent.first_replay_time: unknown key; did you mean first_reply_time?",
        ),
        (
            "{title: A, targets: {critical: {first_reply_time: 15m}}}",
            ".targets.critical: unknown key; known are low, normal, high, urgent",
        ),
        (
            "{title: A, targets: {urgent: {first_reply_time: 15}}}",
            ".targets.urgent.first_reply_time: 15 has no unit; write a duration such as 20s, 15m, 4h, 2d or 1h 30m",
        ),
        (
            "{title: A, targets: {urgent: {first_reply_time: 15 minutes}}}",
            ".targets.urgent.first_reply_time: must be a duration such as 20s, 15m, 4h, 2d or 1h 30m",
        ),
        (
            "{title: A, targets: {urgent: {first_reply_time: 14s}}}",
            ".targets.urgent.first_reply_time: must be at least 15s",
        ),
        (
            "{title: A, targets: {urgent: {first_reply_time: 367d}}}",
            ".targets.urgent.first_reply_time: must be at most 366d",
        ),
        (
            "{title: A, targets: {urgent: {first_reply_time: [15m]}}}",
            ".targets.urgent.first_reply_time: must be a duration such as 20s, 15m, 4h, 2d or 1h 30m",
        ),
        (
            "{title: A, targets: {urgent: {hours: calender, first_reply_time: 15m}}}",
            ".targets.urgent.hours: must be business or calendar; did you mean calendar?",
        ),
        (
            "{title: A, targets: {urgent: {first_reply_time: {hours: calendar}}}}",
            ".targets.urgent.first_reply_time: target is missing",
        ),
        (
            "{title: A, targets: {urgent: {group_ownership_time: 4h}}}",
            ".targets.urgent.group_ownership_time: unknown key; known are hours, first_reply_time, next_reply_time, ",
        ),
        ("{title: A}", ": has no target; a policy needs at least one"),
        ("{title: A, targets: {}}", ": has no target; a policy needs at least one"),
        ("{title: A, policy_metrics: []}", ": has no target; a policy needs at least one"),
        (
            "{title: A, targets: {urgent: {hours: business}}}",
            ".targets.urgent: has no target; known are first_reply_time, next_reply_time, ",
        ),
        (f"{{{MINIMAL}}}", ": title is missing"),
        (f"{{title: '', {MINIMAL}}}", ".title: must be text that is not empty"),
        (f"{{title: [A], {MINIMAL}}}", ".title: must be text that is not empty"),
        (f"{{title: A, shedule: eu, {MINIMAL}}}", ".shedule: unknown key; did you mean schedule?"),
        (f"{{title: A, schedule: eu, {MINIMAL}}}", ".schedule: eu is not one of the schedules of this file"),
        (f"{{title: A, route: vip, {MINIMAL}}}", ".route: vip is not one of the routes of this file"),
        (f"{{title: A, position: 0, {MINIMAL}}}", ".position: must be 1 or more"),
        (
            f"{{title: A, settings: {{pause_reply_on: [solved]}}, {MINIMAL}}}",
            ".settings.pause_reply_on[0]: must be new, open, pending or hold",
        ),
        (
            f"{{title: A, settings: {{pause_reply_on: pending}}, {MINIMAL}}}",
            ".settings.pause_reply_on: must be a list such as [a, b]",
        ),
        (
            f"{{title: A, settings: {{solved_without_reply: maybe}}, {MINIMAL}}}",
            ".settings.solved_without_reply: must be fulfill or cancel",
        ),
        (
            f"{{title: A, filter: {{all: [{{field: status, operator: is, value: open}}]}}, {MINIMAL}}}",
            ".filter.all[0].field: status may not be tested here; targets already differ by priority",
        ),
        (
            f"{{title: A, filter: {{all: [{{field: text, operator: includes, value: x}}]}}, {MINIMAL}}}",
            ".filter.all[0].field: text is not a field of a condition; known are channel, ",
        ),
        (
            f"{{title: A, filter: {{all: [{{field: costumer, operator: is, value: x}}]}}, {MINIMAL}}}",
            ".filter.all[0].field: costumer is not a field of a condition; did you mean customer?",
        ),
        (
            f"{{title: A, filter: {{all: [{{field: tags, operator: equals, value: x}}]}}, {MINIMAL}}}",
            ".filter.all[0].operator: must be is, is_not, includes, ",
        ),
        (
            f"{{title: A, filter: {{all: [{{field: tags, operator: is}}]}}, {MINIMAL}}}",
            ".filter.all[0]: value is missing; to test for an empty field use not_present",
        ),
        (
            f"{{title: A, filter: {{all: [{{field: tags, operator: present, value: x}}]}}, {MINIMAL}}}",
            ".filter.all[0].value: present takes no value",
        ),
        (
            f"{{title: A, filter: {{all: [{{field: channel, operator: is, value: '#help'}}]}}, {MINIMAL}}}",
            ".filter.all[0].value: must be a Slack channel id such as C0ACME",
        ),
        (
            f"{{title: A, filter: {{all: [{{field: customer, operator: is, value: acme}}]}}, {MINIMAL}}}",
            ".filter.all[0].value: acme is not one of the customers of this file",
        ),
        (f"{{title: A, filter: {{or: []}}, {MINIMAL}}}", ".filter.or: unknown key; known are all, any"),
        (
            f"{{title: A, policy_metrics: [{{{FRT}, business_hours: true}}]}}",
            ".policy_metrics[0]: needs a target in minutes, or target_in_seconds",
        ),
        (
            f"{{title: A, policy_metrics: [{{{FRT}, target: 0, business_hours: true}}]}}",
            ".policy_metrics[0]: the target must be between 15 seconds and 366 days",
        ),
        (
            f"{{title: A, policy_metrics: [{{{FRT}, target: 99999999999999999, business_hours: true}}]}}",
            ".policy_metrics[0]: the target must be between 15 seconds and 366 days",
        ),
        (
            f"{{title: A, policy_metrics: [{{{FRT}, target: 1, business_hours: true}}, {{{FRT}, target: 2}}]}}",
            ".policy_metrics[1]: urgent already has a target for first_reply_time",
        ),
        (
            "{title: A, policy_metrics: [{priority: urgent, metric: reply_time, target: 1, business_hours: true}]}",
            ".policy_metrics[0].metric: must be first_reply_time, next_reply_time, ",
        ),
        (
            f"{{title: A, policy_metrics: [{{{FRT}, target: 1, target_in_seconds: 9000, business_hours: true}}]}}",
            ".policy_metrics[0]: target and target_in_seconds say different things; keep one",
        ),
        (f"{{title: A, {MINIMAL}, policy_metrics: []}}", ": has both targets and policy_metrics; keep one"),
    ],
)
def test_a_policy_that_makes_no_sense_says_why(problems, body, sentence):
    assert any(line.startswith(f"1: policies[0]{sentence}") for line in problems(f"policies: [{body}]"))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{when: {}}", ": set is missing"),
        ("{when: {}, set: {}}", ": sets nothing; known are priority, tags, "),
        ("{set: {priority: urgent}}", ": when is missing"),
        ("{when: {}, set: {priority: critical}}", ".set.priority: must be low, normal, high or urgent"),
        ("{when: {}, set: {status: open}}", ".set.status: unknown key; known are priority, tags, "),
        ("{when: {}, set: {group: nobody}}", ".set.group: nobody is not one of the groups of this file"),
        (
            "{when: {all: [{field: status, operator: is, value: opened}]}, set: {priority: low}}",
            ".when.all[0].value: must be new, open, pending, hold, solved or closed; did you mean open?",
        ),
        ("[]", ": must be a mapping of keys to values"),
    ],
)
def test_a_trigger_that_makes_no_sense_says_why(problems, body, sentence):
    assert any(line.startswith(f"1: triggers[0]{sentence}") for line in problems(f"triggers: [{body}]"))


def test_policies_without_end_are_refused(problems):
    many = "\n".join(f"  - {{title: P{number}, {MINIMAL}}}" for number in range(501))

    assert problems(f"policies:\n{many}") == ["2: policies: there are 501 policies, at most 500 are allowed"]
