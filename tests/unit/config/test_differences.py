import pytest

from bot.config.differences import differences

BASE = """
admins: [U1]
alert_channel: C1
default_priority: normal
default_schedule: eu
schedules: {eu: {time_zone: UTC, hours: {mon: "09:00-17:00"}, holidays: [{name: Party, date: 2026-07-10}]}}
customers: {acme: {tier: pro, channels: [C2]}}
policies:
  - title: Pro
    filter: {all: [{field: customer_tier, operator: is, value: pro}]}
    targets: {normal: {first_reply_time: 1h}}
  - title: Everybody
    targets: {normal: {first_reply_time: 4h, next_reply_time: 20s}}
"""


@pytest.fixture
def told(load):
    """What is said of the way from one file to another."""

    def tell(before, after):
        found = differences(load(before).document, load(after).document)
        return [f"{each.section}: {each.sentence()}" for each in found]

    return tell


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("first_reply_time: 1h}", "first_reply_time: 90m}",
         ["policies: ~ Pro: normal first_reply_time: 1h business -> 1h 30m business"]),
        ("next_reply_time: 20s", "next_reply_time: 20s, hours: calendar",
         ["policies: ~ Everybody: normal first_reply_time: 4h business -> 4h calendar",
          "policies: ~ Everybody: normal next_reply_time: 20s business -> 20s calendar"]),
        (", next_reply_time: 20s", "", ["policies: - Everybody: normal next_reply_time: 20s business"]),
        ("alert_channel: C1", "alert_channel: C9", ["alert_channel: ~ C1 -> C9"]),
        ("alert_channel: C1", "", ["alert_channel: - C1"]),
        ("alert_channel: C1", "alert_channel: C1\nenforce_from: 2026-11-01", ["enforce_from: + 2026-11-01"]),
        ("admins: [U1]", "admins: [U1, U2]", ['admins: ~ ["U1"] -> ["U1", "U2"]']),
        ("tier: pro", "tier: gold", ["customers: ~ acme: tier: pro -> gold"]),
        ("customers: {acme: {tier: pro, channels: [C2]}}", "",
         ['customers: - acme: {"tier": "pro", "channels": ["C2"]}']),
        ("date: 2026-07-10", "date: 2026-07-11",
         ["schedules: - eu: holidays: Party 2026-07-10: once", "schedules: + eu: holidays: Party 2026-07-11: once"]),
        ("date: 2026-07-10", "start_date: 2026-07-10, end_date: 2026-07-12, yearly: true",
         ["schedules: ~ eu: holidays: Party 2026-07-10: once -> every year until 2026-07-12"]),
        ("[{field: customer_tier, operator: is, value: pro}]", "[]",
         ['policies: ~ Pro: filter: all: [{"field": "customer_tier", "operator": "is", "value": "pro"}] -> []']),
    ],
)  # fmt: skip
def test_what_differs_is_said_by_section_and_by_name(told, written, instead, said):
    assert written in BASE
    assert told(BASE, BASE.replace(written, instead, 1)) == said


def test_equal_files_do_not_differ(told):
    assert told(BASE, f"# a comment\n{BASE}") == []


def test_the_order_of_policies_is_a_difference(told):
    head, pro, everybody = (
        BASE.partition("  - title: Pro")[0],
        *(f"  - title: {policy}" for policy in BASE.split("  - title: ")[1:]),
    )
    assert told(BASE, f"{head}{everybody}{pro}") == ["policies: ~ order: Pro, Everybody -> Everybody, Pro"]


def test_a_new_policy_is_told_whole(told):
    added = "  - title: New\n    targets: {low: {first_reply_time: 1d}}\n"

    assert told(BASE, BASE + added) == ["policies: + New: low first_reply_time 1d business"]


def test_what_is_too_long_to_read_is_cut(told):
    long = BASE.replace("tier: pro", f"tier: {'x' * 200}")

    assert told(long, BASE.replace("tier: pro", "tier: a"))[0] == f"customers: ~ acme: tier: {'x' * 119}… -> a"


def test_policies_of_one_title_are_told_apart(told):
    twice = BASE.replace("title: Everybody", "title: Pro")

    assert told(twice, twice.replace("4h", "5h")) == [
        "policies: ~ Pro (2): normal first_reply_time: 4h business -> 5h business"
    ]


def test_against_nothing_everything_is_new():
    assert [
        each.sentence() for each in differences({}, {"alert_channel": "C1", "routes": {"a": {"thresholds": {}}}})
    ] == [
        "+ C1",
        '+ a: {"thresholds": {}}',
    ]
