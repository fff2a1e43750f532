import pytest

BASE = "admins: [U1]\nalert_channel: C1\ndefault_priority: normal\n"
NEVER = "never applies: every ticket it matches is already taken by"
TARGETS = "targets: {normal: {first_reply_time: 4h}}"


def policy(title, condition=""):
    return f"  - {{title: {title}, filter: {{{condition}}}, {TARGETS}}}\n"


def tag(value):
    return f"{{field: tags, operator: includes, value: {value}}}"


VIP = f"all: [{tag('vip')}]"


def test_a_file_that_says_everything_has_no_warnings(warnings):
    assert warnings(f"{BASE}policies:\n{policy('Everybody')}") == []


def test_without_a_policy_for_everybody_some_tickets_have_no_target(warnings):
    assert warnings(f"{BASE}policies:\n{policy('Vip', VIP)}") == [
        "threadline.yml:5: policies: no policy matches every ticket: those that match none have no target"
    ]


def test_what_is_empty_is_told(warnings):
    assert warnings("groups: {}") == [
        "threadline.yml:1: admins is empty: nobody may change the configuration in Slack",
        "threadline.yml:1: alert_channel is missing: tickets without a channel of their own have no card and no alert",
        "threadline.yml:1: there are no policies: no ticket has a target",
    ]


def test_without_a_default_priority_tickets_wait_for_somebody_to_set_one(warnings):
    text = f"admins: [U1]\nalert_channel: C1\npolicies:\n{policy('Everybody')}"

    (warning,) = warnings(text)
    assert warning.startswith("threadline.yml:1: default_priority is missing: tickets get no target until")


def test_a_policy_after_one_for_everybody_never_applies(warnings):
    text = f"{BASE}policies:\n{policy('Everybody')}{policy('Vip', VIP)}"

    assert warnings(text) == [f"threadline.yml:6: policies[1]: {NEVER} Everybody, which is earlier"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (f"all: [{tag('a')}]", f"all: [{tag('a')}]"),
        (f"all: [{tag('a')}]", f"all: [{tag('b')}, {tag('a')}]"),
        (f"any: [{tag('a')}, {tag('b')}]", f"any: [{tag('b')}]"),
        (f"any: [{tag('a')}, {tag('b')}]", f"all: [{tag('a')}]"),
        (f"all: [{tag('c')}], any: [{tag('a')}]", f"all: [{tag('c')}], any: [{tag('a')}]"),
        (f"all: [{tag('[a, b]')}]", f"all: [{tag('b')}]"),
    ],
)
def test_a_policy_after_one_with_a_weaker_or_the_same_filter_never_applies(warnings, earlier, later):
    text = f"{BASE}policies:\n{policy('First', earlier)}{policy('Second', later)}{policy('Everybody')}"

    assert warnings(text) == [f"threadline.yml:6: policies[1]: {NEVER} First, which is earlier"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (f"all: [{tag('a')}, {tag('b')}]", f"all: [{tag('a')}]"),
        (f"any: [{tag('a')}]", f"any: [{tag('a')}, {tag('b')}]"),
        (f"all: [{tag('a')}]", f"any: [{tag('a')}, {tag('b')}]"),
        (f"all: [{tag('c')}], any: [{tag('a')}]", f"all: [{tag('c')}]"),
    ],
)
def test_a_policy_after_one_with_a_stronger_filter_may_apply(warnings, earlier, later):
    text = f"{BASE}policies:\n{policy('First', earlier)}{policy('Second', later)}{policy('Everybody')}"

    assert warnings(text) == []


def test_a_position_says_which_policy_is_earlier(warnings):
    text = (
        f"{BASE}policies:\n"
        f"  - {{title: Vip, position: 2, filter: {{all: [{tag('vip')}]}}, {TARGETS}}}\n"
        f"  - {{title: Everybody, position: 1, {TARGETS}}}\n"
    )
    assert warnings(text) == [f"threadline.yml:5: policies[0]: {NEVER} Everybody, which is earlier"]


def test_group_policies_are_looked_at_among_themselves(warnings):
    owns = "{title: A, targets: {urgent: {group_ownership_time: 4h}}}"

    assert warnings(f"{BASE}policies:\n{policy('Everybody')}group_policies:\n  - {owns}\n  - {owns}\n") == [
        f"threadline.yml:8: group_policies[1]: {NEVER} A, which is earlier"
    ]


def test_a_tier_that_no_customer_has_is_probably_a_slip(warnings):
    condition = "all: [{field: customer_tier, operator: is, value: enterprize}]"
    text = f"{BASE}customers: {{acme: {{tier: enterprise}}}}\npolicies:\n{policy('A', condition)}{policy('Everybody')}"

    (warning,) = warnings(text)
    assert warning == (
        "threadline.yml:6: policies[0].filter.all[0].value: no customer has the tier enterprize; "
        "did you mean enterprise?"
    )
