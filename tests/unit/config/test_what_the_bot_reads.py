from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.config.model import DigestEntry
from sla.policy import rules_from_json

EVERY_KEY = (Path(__file__).parent / "every_key.yml").read_text(encoding="utf-8")


@pytest.fixture
def config(load):
    return load(EVERY_KEY)


@pytest.fixture
def nothing_said(load):
    return load("alert_channel: C0TRIAGE")


def test_a_file_with_every_key_has_no_warnings(config):
    assert config.warnings == ()


def test_people_are_known_by_their_slack_ids(config):
    assert config.admins == {"U0BOSS"}
    assert config.agents.users == {"U0AGENT1"}
    assert config.agents.user_groups == {"S0SUPPORT"}
    assert config.agents.home_workspace is True
    assert config.groups["engineering"].users == ("U0ENG1",)
    assert config.groups["engineering"].user_group == "S0ENG"


def test_without_a_word_colleagues_of_the_home_workspace_are_agents(nothing_said):
    assert nothing_said.agents.home_workspace is True


def test_a_channel_has_its_own_settings_over_the_defaults(config):
    acme = config.channel("C0ACME")

    assert acme.channel == "C0ACME"
    assert acme.open_by == "mention"
    assert acme.acknowledge == "reaction"
    assert acme.promise is None
    assert acme.group_messages_within == timedelta(minutes=2)
    assert acme.unthreaded_replies == timedelta(minutes=10)
    assert acme.pleasantries is True
    assert (acme.schedule, acme.group, acme.alert_channel, acme.customer) == ("eu", "engineering", "C0OWN", "acme")


def test_what_is_off_in_a_channel_is_off(config):
    help_channel = config.channel("C0HELP")

    assert help_channel.open_by == "message"
    assert help_channel.acknowledge == "off"
    assert help_channel.promise == "Hello, we answer by {deadline}."
    assert help_channel.group_messages_within == timedelta(0)
    assert help_channel.unthreaded_replies is None
    assert help_channel.pleasantries is False
    assert help_channel.customer is None


def test_a_channel_of_a_customer_needs_no_entry_of_its_own(config):
    assert config.channel("C0ACME2").customer == "acme"
    assert config.lists("C0ACME2")


def test_a_channel_that_the_file_does_not_name_has_the_defaults(config):
    unknown = config.channel("C0ELSEWHERE")

    assert (unknown.channel, unknown.open_by, unknown.customer) == ("C0ELSEWHERE", "message", None)
    assert not config.lists("C0ELSEWHERE")


def test_the_usual_settings_hold_where_the_file_is_silent(nothing_said):
    usual = nothing_said.channel("C1")

    assert (usual.open_by, usual.acknowledge, usual.promise, usual.pleasantries) == ("message", "reaction", None, True)
    assert usual.group_messages_within == timedelta(minutes=2)
    assert usual.unthreaded_replies == timedelta(minutes=10)


def test_a_promise_of_just_true_has_the_usual_wording(load):
    promise = load("channels: {defaults: {promise: yes}}").channel("C1").promise

    assert promise == "Thank you, we have it. We answer by {deadline}, your time."


@pytest.mark.parametrize(
    ("channel", "slack_team", "customer"),
    [
        ("C0ACME", None, "Acme Inc"),
        ("C0ACME2", "T0OTHER", "Acme Inc"),
        ("C0SHARED", "T0ACME", "Acme Inc"),
        ("C0SHARED", "T0OTHER", None),
        ("C0SHARED", None, None),
    ],
)
def test_a_customer_is_found_by_the_channel_or_else_by_the_authors_workspace(config, channel, slack_team, customer):
    found = config.customer_of(channel, slack_team)

    assert (found.name if found else None) == customer


@pytest.mark.parametrize(
    ("channel", "slack_team", "place"),
    [
        ("C0ACME", None, "C0OWN"),
        ("C0ACME2", None, "C0VIP"),
        ("C0SHARED", "T0ACME", "C0VIP"),
        ("C0HELP", None, "C0TRIAGE"),
    ],
)
def test_alerts_go_to_the_channels_own_place_its_customers_or_the_default(config, channel, slack_team, place):
    assert config.alert_channel_for(channel, slack_team) == place


def test_every_alert_channel_is_known_so_that_none_is_tracked(config):
    assert config.alert_channels == {"C0TRIAGE", "C0VIP", "C0OWN"}


@pytest.mark.parametrize(
    ("policy", "group", "customer", "route"),
    [
        ("Enterprise", None, None, "enterprise"),
        ("Enterprise", None, "acme", "enterprise"),
        ("Everybody else", None, None, "default"),
        ("Everybody else", "engineering", "acme", "enterprise"),
        ("Everybody else", None, "acme", "default"),
        ("Engineering owns", "nobody", "nobody", "default"),
        (None, None, None, "default"),
    ],
)
def test_a_route_is_the_policys_the_groups_the_customers_or_the_default(config, policy, group, customer, route):
    assert config.route_for(policy, group=group, customer=customer).name == route


def test_a_route_says_who_hears_what_when(config):
    route = config.route_for("Enterprise")

    heard = {when: [str(each) for each in destinations] for when, destinations in route.thresholds.items()}
    assert heard == {
        "-30m": ["assignee"],
        "80%": ["alert_channel", "group:engineering"],
        "0": ["alert_channel", "assignee"],
        "+30m": ["owner", "mail:lead@example.com", "webhook:pager", "U0LEAD", "C0ESCALATION"],
    }
    assert [each.kind for each in route.thresholds["+30m"]] == ["owner", "mail", "webhook", "user", "channel"]
    assert route.quiet.schedule == "eu"
    assert route.quiet.on_call.name == "engineering"
    assert route.quiet.urgent_overrides is True


def test_without_a_route_the_alert_channel_and_the_assignee_hear_at_80_percent_and_at_the_target(nothing_said):
    route = nothing_said.route_for(None)

    assert {when: [str(each) for each in who] for when, who in route.thresholds.items()} == {
        "80%": ["alert_channel", "assignee"],
        "0": ["alert_channel", "assignee"],
    }
    assert route.quiet is None


def test_reactions_of_the_file_are_added_to_the_usual_ones_and_off_takes_one_away(config, nothing_said):
    assert config.intake.reactions == {
        "eyes": "claim",
        "white_check_mark": "solved",
        "zzz": "no_reply_needed",
        "x": "not_a_ticket",
    }
    assert nothing_said.intake.reactions["ticket"] == "open_ticket"


@pytest.mark.parametrize(
    ("user", "text", "ignored"),
    [
        ("U0NOISY", "help!", True),
        ("U0ASKS", "I am OUT of Office until Monday", True),
        ("U0ASKS", "is the office open?", False),
        ("U0ASKS", "U0NOISY is noisy", False),
    ],
)
def test_what_is_ignored_is_a_person_or_a_pattern_over_the_whole_text(config, user, text, ignored):
    assert config.intake.ignores(user, text) is ignored


def test_bots_are_known_by_what_they_do(config):
    assert config.intake.bots_that_ask == {"B0FORM"}
    assert config.intake.bots_that_reply == {"B0HELPER"}


def test_tickets_solve_and_close_by_themselves_only_when_told(config, nothing_said):
    assert config.lifecycle.auto_solve_after == timedelta(days=7)
    assert config.lifecycle.auto_close_after is None
    assert config.lifecycle.retention == timedelta(days=90)
    assert nothing_said.lifecycle.auto_solve_after is None
    assert nothing_said.lifecycle.auto_close_after == timedelta(days=4)
    assert nothing_said.lifecycle.retention is None


def test_a_digest_has_a_time_in_the_default_schedules_zone_or_in_its_own(config, nothing_said):
    assert config.digest.weekly == DigestEntry(weekday=0, at=time(9), time_zone="Europe/Berlin", to="C0TRIAGE")
    assert config.digest.forgotten == DigestEntry(
        weekday=None, at=time(8, 30), time_zone="America/New_York", to="U0BOSS"
    )
    assert nothing_said.digest.weekly is None


@pytest.mark.parametrize(("day", "weekday"), [("sun", 6), ("Monday", 0), ("sat", 5)])
def test_the_weekly_digest_has_a_weekday_from_monday_on(load, day, weekday):
    assert load(f"digest: {{weekly: {{at: {day} 09:00, to: C1}}}}").digest.weekly.weekday == weekday


def test_alerts_are_enforced_from_local_midnight(config, nothing_said):
    assert config.enforce_from_at == datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
    assert nothing_said.enforce_from_at is None


def test_a_webhook_names_the_variable_with_its_secret_and_never_the_secret(config):
    assert config.webhooks["pager"].url == "https://example.com/hook"
    assert config.webhooks["pager"].secret_env == "PAGER_SECRET"


def test_the_engine_is_given_its_rules_and_reads_them(config):
    rules = config.rules_json()

    assert rules["default_schedule"] == "eu"
    assert rules["default_priority"] == "normal"
    assert rules["settings"] == {"acknowledge_reactions": ["eyes"]}
    assert rules["bots_that_reply"] == ["B0HELPER"]
    assert rules["channel_schedules"] == {"C0ACME": "eu"}
    assert rules["customer_schedules"] == {"acme": "eu"}
    assert [policy.title for policy in rules_from_json(rules).policies] == ["Enterprise", "Everybody else"]


def test_a_file_that_says_almost_nothing_gives_the_engine_empty_rules(nothing_said):
    assert rules_from_json(nothing_said.rules_json()).policies == ()


def test_of_several_policies_with_one_title_the_first_with_a_route_decides(load):
    text = """
routes: {a: {thresholds: {0: [owner]}}, b: {thresholds: {0: [owner]}}}
policies:
  - {title: Same, targets: {low: {first_reply_time: 1h}}}
  - {title: Same, route: a, targets: {low: {first_reply_time: 1h}}}
  - {title: Same, route: b, targets: {low: {first_reply_time: 1h}}}
"""
    assert load(text).route_for("Same").name == "a"
