from datetime import date
from pathlib import Path

import pytest

from bot.config import ConfigError, load_config
from bot.config import load as load_module
from bot.config.problems import did_you_mean
from sla.errors import SlaError

HOW = "in Slack it is under the name's details, not the name itself"


def test_all_problems_of_a_file_come_at_once_in_the_order_of_their_lines(problems):
    text = """
admin: [U0BOSS]
agents: {users: [bob], home_workspace: maybe}
enforce_from: 2026-13-01
default_schedule: ue
lifecycle: {auto_solve_after: off, auto_close_after: 4}
policies:
  - title: A
    targets:
      urgent: {first_replay_time: 15m}
digest: {weekly: {at: mon 9, to: C0TRIAGE}}
"""
    assert problems(text) == [
        "2: admin: unknown key; did you mean admins?",
        f"3: agents.users[0]: must be a Slack user id such as U0AGENT1; {HOW}",
        "3: agents.home_workspace: must be true or false",
        "4: enforce_from: must be a date such as 2026-12-24",
        "5: default_schedule: ue is not one of the schedules of this file",
        "6: lifecycle.auto_close_after: 4 has no unit; write a duration such as 20s, 15m, 4h, 2d or 1h 30m",
        "10: policies[0].targets.urgent.first_replay_time: unknown key; did you mean first_reply_time?",
        '11: digest.weekly.at: must be a day and a time such as "mon 09:00"',
    ]


def test_a_problem_knows_its_line_column_path_and_message(load):
    with pytest.raises(ConfigError) as caught:
        load("policies:\n  - tittle: A\n    targets: {urgent: {first_reply_time: 15m}}\n")

    unknown, missing = caught.value.problems
    assert (missing.line, missing.column, missing.path, missing.message) == (2, 5, "policies[0]", "title is missing")
    assert (unknown.line, unknown.column, unknown.path) == (2, 5, "policies[0].tittle")
    assert unknown.message == "unknown key; did you mean title?"
    assert caught.value.source == "threadline.yml"
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("admins: U0BOSS", "admins: must be a list such as [a, b]"),
        ("admins: [U1, U1]", "admins[1]: U1 is listed twice"),
        ("admins: [null]", f"admins[0]: must be a Slack user id such as U0AGENT1; {HOW}"),
        ("admins: [[U1]]", f"admins[0]: must be a Slack user id such as U0AGENT1; {HOW}"),
        ("alert_channel: '#triage'", f"alert_channel: must be a Slack channel id such as C0ACME; {HOW}"),
        ("default_priority: urgnt", "default_priority: must be low, normal, high or urgent; did you mean urgent?"),
        ("enforce_from: 20261101", "enforce_from: must be a date such as 2026-12-24"),
        ("groups: [engineering]", "groups: must be a mapping of keys to values"),
        ("groups: {'': {}}", "groups.: is not a name; use letters, digits, spaces, - and _ and at most 80 characters"),
        (
            "groups: {a: {user_group: U1}}",
            f"groups.a.user_group: must be a Slack user group id such as S0SUPPORT; {HOW}",
        ),
        ("customers: {a: {owner: bob}}", f"customers.a.owner: must be a Slack user id such as U0AGENT1; {HOW}"),
        (
            "customers: {a: {slack_teams: [acme]}}",
            f"customers.a.slack_teams[0]: must be a Slack workspace id such as T0ACME; {HOW}",
        ),
        ("customers: {a: {schedule: eu}}", "customers.a.schedule: eu is not one of the schedules of this file"),
        (
            "customers: {a: {channels: [C1]}, b: {channels: [C1]}}",
            "customers.b.channels[0]: C1 already belongs to the customer a",
        ),
        (
            "customers: {a: {slack_teams: [T1]}, b: {slack_teams: [T1]}}",
            "customers.b.slack_teams[0]: T1 already belongs to the customer a",
        ),
        ("channels: {general: {}}", f"channels.general: must be a Slack channel id such as C0ACME; {HOW}"),
        ("channels: {C1: {group: nobody}}", "channels.C1.group: nobody is not one of the groups of this file"),
        (
            "channels: {defaults: {schedule: eu}}",
            "channels.defaults.schedule: unknown key; known are open_by, acknowledge, acknowledge_emoji, ",
        ),
        (
            "channels: {defaults: {open_by: mesage}}",
            "channels.defaults.open_by: must be message, mention or reaction; did you mean message?",
        ),
        ("channels: {defaults: {acknowledge: wave}}", "channels.defaults.acknowledge: must be reaction, reply or off"),
        (
            "channels: {defaults: {promise: soon}}",
            "channels.defaults.promise: must be true, false, or a text that contains {deadline}",
        ),
        (
            "channels: {defaults: {group_messages_within: 2}}",
            "channels.defaults.group_messages_within: 2 has no unit; write a duration such as 20s",
        ),
        (
            "channels: {defaults: {unthreaded_replies: 0s}}",
            "channels.defaults.unthreaded_replies: must be longer than 0s, or off",
        ),
        (
            "intake: {reactions: {eyes: clam}}",
            "intake.reactions.eyes: must be claim, open_ticket, pending, hold, ",
        ),
        (
            "intake: {reactions: {Big Eyes: claim}}",
            "intake.reactions.Big Eyes: is not the name of an emoji; write it like white_check_mark",
        ),
        (
            "intake: {bots_that_ask: [form]}",
            f"intake.bots_that_ask[0]: must be a bot, app or user id such as B0FORM; {HOW}",
        ),
        (
            "lifecycle: {retention: forever}",
            "lifecycle.retention: must be a duration such as 20s, 15m, 4h, 2d or 1h 30m",
        ),
        (f"lifecycle: {{retention: 1d{' ' * 900_000}x}}", "lifecycle.retention: must be a duration such as 20s"),
        ("lifecycle: {retention: 4000d}", "lifecycle.retention: must be at most 3650d"),
        ("lifecycle: {retention: true}", "lifecycle.retention: must be a duration such as 20s, 15m, 4h, 2d or 1h 30m"),
        ("routes: {r: {}}", "routes.r: thresholds is missing"),
        (
            "routes: {r: {thresholds: {0%: [owner]}}}",
            "routes.r.thresholds.0%: is not a threshold; write 80%, 0, -30m (before) or +30m (after)",
        ),
        (
            "routes: {r: {thresholds: {30m: [owner]}}}",
            "routes.r.thresholds.30m: is not a threshold; write 80%, 0, -30m (before) or +30m (after)",
        ),
        (
            "routes: {r: {thresholds: {0: [owner], 100%: [owner]}}}",
            "routes.r.thresholds.100%: is the same threshold as another one, 0",
        ),
        (
            "routes: {r: {thresholds: {0: []}}}",
            "routes.r.thresholds.0: tells nobody; name a destination or remove the threshold",
        ),
        (
            "routes: {r: {thresholds: {0: [asignee]}}}",
            "routes.r.thresholds.0[0]: is not a destination; did you mean assignee?",
        ),
        (
            "routes: {r: {thresholds: {0: ['group:nobody']}}}",
            "routes.r.thresholds.0[0]: nobody is not one of the groups of this file",
        ),
        (
            "routes: {r: {thresholds: {0: ['webhook:pager']}}}",
            "routes.r.thresholds.0[0]: pager is not one of the webhooks of this file",
        ),
        (
            "routes: {r: {thresholds: {0: ['mail:lead']}}}",
            "routes.r.thresholds.0[0]: must be a mail address such as mail:lead@example.com",
        ),
        ("routes: {r: {thresholds: {0: [owner]}, quiet: {}}}", "routes.r.quiet: schedule is missing"),
        (
            "webhooks: {w: {url: 'http://example.com', secret_env: S}}",
            "webhooks.w.url: must be an https address without a user name, such as https://example.com/hook",
        ),
        (
            "webhooks: {w: {url: 'https://[', secret_env: S}}",
            "webhooks.w.url: must be an https address without a user name, such as https://example.com/hook",
        ),
        (
            "webhooks: {w: {url: 'https://me:pw@example.com', secret_env: S}}",
            "webhooks.w.url: must be an https address without a user name, such as https://example.com/hook",
        ),
        ("webhooks: {w: {url: 'https://10.0.0.1/', secret_env: S}}", "webhooks.w.url: must not be a private address"),
        ("webhooks: {w: {url: 'https://[::1]/', secret_env: S}}", "webhooks.w.url: must not be a private address"),
        ("webhooks: {w: {url: 'https://localhost/', secret_env: S}}", "webhooks.w.url: must not be a private address"),
        (
            "webhooks: {w: {url: 'https://example.com', secret_env: hunter2}}",
            "webhooks.w.secret_env: must be the name of an environment variable such as PAGER_SECRET",
        ),
        (
            "digest: {weekly: {at: daily 09:00, to: C1}}",
            'digest.weekly.at: must be a day and a time such as "mon 09:00"',
        ),
        (
            "digest: {forgotten: {at: daily 24:00, to: C1}}",
            'digest.forgotten.at: must be a day and a time such as "daily 09:00"',
        ),
        ("digest: {monthly: {at: daily 09:00, to: C1}}", "digest.monthly: unknown key; known are weekly, forgotten"),
    ],
)
def test_a_value_that_makes_no_sense_says_why(problems, text, sentence):
    assert any(line.startswith(f"1: {sentence}") for line in problems(text))


@pytest.mark.parametrize(
    "text",
    [
        "alert_channel: C1\nchannels: {C1: {}}",
        "customers: {a: {channels: [C1]}, b: {alert_channel: C1}}",
        "channels: {C1: {}, C2: {alert_channel: C1}}",
        "channels: {C1: {}}\nroutes: {r: {thresholds: {0: [C1]}}}",
        "channels: {C1: {}}\ndigest: {weekly: {at: mon 09:00, to: C1}}",
    ],
)
def test_internal_words_never_go_to_a_channel_in_which_customers_write(problems, text):
    (problem,) = problems(text)

    assert problem.endswith("C1 is a customer channel; alerts must go to a channel of your own")


def test_a_channel_where_reactions_open_tickets_needs_a_reaction_that_does(problems, load):
    text = "channels: {C1: {open_by: reaction}}"

    assert load(text)
    assert problems(text + "\nintake: {reactions: {ticket: off}}") == [
        "1: channels.C1.open_by: no reaction of intake.reactions has the action open_ticket"
    ]


def test_many_unknown_keys_in_one_place_are_counted(problems):
    keys = ", ".join(f"k{number}: 1" for number in range(25))

    found = problems(f"lifecycle: {{{keys}}}")

    assert len(found) == 21
    assert "1: lifecycle: 5 more unknown keys; known are auto_solve_after, auto_close_after, retention" in found


def test_the_engine_has_the_last_word_on_its_rules(problems, monkeypatch):
    def refuse(_rules, _path):
        raise SlaError(".policies[0].title: This cannot be.", ".nowhere[7]: Nor this.")

    monkeypatch.setattr(load_module, "rules_from_json", refuse)
    text = "admins: [U1]\npolicies:\n  - title: A\n    targets: {low: {first_reply_time: 1h}}"

    assert problems(text) == ["1: Nor this", "3: policies[0].title: This cannot be"]


def test_a_text_that_is_too_long_is_refused(problems):
    text = f"policies: [{{title: {'x' * 2001}, targets: {{low: {{first_reply_time: 1h}}}}}}]"

    assert problems(text) == ["1: policies[0].title: must have at most 2000 characters"]


@pytest.mark.timeout(20)
def test_a_long_list_takes_no_longer_than_reading_it(load):
    people = ", ".join(f"U{number}" for number in range(100_000))

    assert len(load(f"admins: [{people}]").admins) == 100_000


def test_a_file_with_nothing_but_problems_ends_after_five_hundred(problems):
    assert len(problems("admins:\n" + "- x\n" * 10_000)) == 500


def test_the_file_is_called_what_it_is_called():
    text = Path(__file__).parent.joinpath("every_key.yml").read_text(encoding="utf-8").replace("U0BOSS]", "boss]")
    with pytest.raises(ConfigError, match=r"(?m)^conf/eu\.yml:2: admins\[0\]: must be a Slack user id"):
        load_config(text, source="conf/eu.yml", today=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("given", "hint"),
    [("Admin", "; did you mean admins?"), ("zzz", ""), ("", ""), ("a" * 10_000, "")],
)
def test_the_nearest_known_word_is_named_only_when_it_is_near(given, hint):
    assert did_you_mean(given, ["admins", "agents"]) == hint


def test_among_very_many_words_no_nearest_one_is_guessed():
    assert did_you_mean("U1000x", [f"U{number}" for number in range(2000)]) == ""
