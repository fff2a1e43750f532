"""What a change in Slack makes of the configuration, and what a file may not say cannot be said in Slack either."""

from datetime import UTC, date, datetime

import pytest

from bot.config.load import load_config
from bot.config.problems import ConfigError
from bot.config.ready_made import list_templates
from bot.services.home.changes import (
    ChannelSetup,
    checked,
    problems_of,
    special_hours_on,
    with_agents,
    with_alert_channel,
    with_channel,
    with_special_hours,
)
from bot.services.home.hours import hours_until_now
from bot.services.home.templates import template_form, with_template
from bot.services.workspace.first_day import missing_secrets, missing_steps
from sla.schedule_json import schedule_from_json

TODAY = date(2026, 1, 12)
FILE = """
admins: [U0CLEO]
agents: {user_groups: [S0SUPPORT]}
alert_channel: C0TRIAGE
default_schedule: office
default_priority: normal
schedules: {office: {time_zone: Europe/Berlin, hours: {mon-fri: "09:00-17:00"}}}
groups: {engineering: {users: [U0ENG]}}
customers:
  acme: {name: Acme Inc, tier: enterprise, channels: [C0ACME, C0ACME2], owner: U0CSM}
  globex: {name: Globex, channels: [C0GLOBEX]}
channels: {C0HELP: {promise: true}}
policies: [{title: Everybody, targets: {normal: {hours: business, first_reply_time: 4h}}}]
"""


@pytest.fixture
def document():
    return load_config(FILE, source="threadline.yml", today=TODAY).document


def customers(document, setup):
    return checked(with_channel(document, setup), TODAY).document["customers"]


def test_the_document_given_is_left_as_it_was(document):
    before = str(document)
    with_channel(document, ChannelSetup(channel="C0NEW", customer="Initech", tier="pro", group="engineering"))
    with_agents(document, users=["U1"], user_groups=[], home_workspace=False)
    with_special_hours(document, "office", "2026-01-12", [])
    assert str(document) == before


def test_a_new_customer_gets_a_key_of_its_own(document):
    found = customers(document, ChannelSetup(channel="C0NEW", customer="  Globex! ", tier="pro"))
    assert found["globex-2"] == {"name": "Globex!", "tier": "pro", "channels": ["C0NEW"]}


@pytest.mark.parametrize("name", ["日本", "!!!", "<>"])
def test_a_name_without_a_letter_that_a_key_may_have_is_fine(document, name):
    assert customers(document, ChannelSetup(channel="C0NEW", customer=name))["customer"]["name"] == name


def test_a_customer_is_known_by_its_name_whatever_its_case(document):
    found = customers(document, ChannelSetup(channel="C0NEW", customer="ACME inc", tier="enterprise"))
    assert found["acme"]["channels"] == ["C0ACME", "C0ACME2", "C0NEW"]
    assert found["acme"]["owner"] == "U0CSM"


def test_a_customer_with_one_channel_is_renamed_and_one_with_several_loses_the_channel(document):
    renamed = customers(document, ChannelSetup(channel="C0GLOBEX", customer="Globex International"))
    assert renamed["globex"] == {"name": "Globex International", "channels": ["C0GLOBEX"]}
    parted = customers(document, ChannelSetup(channel="C0ACME2", customer="Acme Labs"))
    assert (parted["acme"]["channels"], parted["acme-labs"]["channels"]) == (["C0ACME"], ["C0ACME2"])


def test_a_tier_left_empty_is_taken_away(document):
    assert "tier" not in customers(document, ChannelSetup(channel="C0ACME", customer="Acme Inc"))["acme"]


def test_what_the_form_does_not_ask_for_stays(document):
    changed = with_channel(document, ChannelSetup(channel="C0HELP", open_by="mention", schedule="office"))
    assert checked(changed, TODAY).document["channels"]["C0HELP"] == {
        "promise": True,
        "open_by": "mention",
        "schedule": "office",
    }
    back = checked(with_channel(changed, ChannelSetup(channel="C0HELP")), TODAY)
    assert back.document["channels"]["C0HELP"] == {"promise": True}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: with_alert_channel(d, "C0HELP"), "C0HELP is a customer channel; alerts must go to a channel"),
        (lambda d: with_alert_channel(d, "general"), "must be a Slack channel id such as C0ACME"),
        (lambda d: with_channel(d, ChannelSetup(channel="C0TRIAGE", customer="X")), "C0TRIAGE is a customer channel"),
        (
            lambda d: with_channel(d, ChannelSetup(channel="C0NEW", schedule="night")),
            "night is not one of the schedules",
        ),
        (
            lambda d: with_channel(d, ChannelSetup(channel="C0NEW", open_by="magic")),
            "must be message, mention or reaction",
        ),
        (lambda d: with_agents(d, users=["Ana"], user_groups=[], home_workspace=True), "must be a Slack user id"),
    ],
)
def test_what_a_file_may_not_say_is_refused_in_a_sentence(document, change, problem):
    with pytest.raises(ConfigError) as refused:
        checked(change(document), TODAY)
    assert problem in problems_of(refused.value)


def test_special_hours_of_a_day_are_set_replaced_and_taken_away(document):
    day = "2026-01-12"
    assert special_hours_on(document, "office", day) is None
    closed = with_special_hours(document, "office", day, [])
    assert special_hours_on(checked(closed, TODAY).document, "office", day) == []
    half = with_special_hours(closed, "office", day, [{"start": "09:00", "end": "11:00"}])
    assert special_hours_on(half, "office", day) == [{"start": "09:00", "end": "11:00"}]
    again = with_special_hours(half, "office", day, None)
    assert special_hours_on(again, "office", day) is None
    assert checked(again, TODAY).document["schedules"] == document["schedules"]


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-01-12T07:59:00Z", []),
        ("2026-01-12T09:00:00Z", [("09:00", "10:00")]),
        ("2026-01-12T09:00:01Z", [("09:00", "10:01")]),
        ("2026-01-12T20:00:00Z", [("09:00", "17:00")]),
        ("2026-01-11T12:00:00Z", []),
    ],
    ids=["before it opens", "on the minute", "within a minute", "after it closed", "on a closed day"],
)
def test_closing_leaves_what_has_passed_of_today_to_the_whole_minute(document, now, left):
    schedule = schedule_from_json(document["schedules"][0])
    found = hours_until_now(schedule, datetime.fromisoformat(now))
    assert [(each["start"], each["end"]) for each in found] == left


def test_closing_round_the_clock_hours_ends_at_midnight_at_the_latest():
    schedule = schedule_from_json(
        {"name": "always", "time_zone": "UTC", "intervals": [{"start_time": 0, "end_time": 10080}]}
    )
    almost = datetime(2026, 1, 12, 23, 59, 30, tzinfo=UTC)
    assert hours_until_now(schedule, almost) == [{"start": "00:00", "end": "24:00"}]


@pytest.mark.parametrize("name", [template.name for template in list_templates()])
@pytest.mark.parametrize("answered", [True, False], ids=["answered", "with nothing but what it needs"])
def test_every_template_makes_a_configuration_of_what_was_answered(name, answered):
    form = template_form(name, {"admins": ["U0CLEO"]}, "")
    assert form is not None
    channels = [blank.name for blank in form.blanks if blank.is_channel]
    answers = {blank.name: "" if blank.is_channel else blank.example for blank in form.blanks}
    if answered:
        answers |= {channel: f"C0REAL{place}" for place, channel in enumerate(channels)}
    made = checked(with_template({"admins": ["U0CLEO"]}, name, answers, TODAY), TODAY)
    assert made.document["admins"] == ["U0CLEO"]
    assert made.document["policies"] or name == "channels"
    written = str(made.document)
    assert not any(placeholder in written for placeholder in ("U0ADMIN", "S0SUPPORT", "C0TRIAGE", "U0CSM", "S0EMEA"))
    assert (made.alert_channel == "C0REAL0") == answered
    assert set(made.channels) == ({f"C0REAL{place}" for place in range(1, len(channels))} if answered else set())


def test_what_is_set_up_already_stays_when_a_template_is_used(document):
    kept = {key: value for key, value in document.items() if key != "policies"}
    form = template_form("tiered", kept, "")
    assert form is not None
    assert "C0TRIAGE" not in [blank.name for blank in form.blanks]
    answers = {blank.name: blank.example for blank in form.blanks if not blank.is_channel}
    made = checked(with_template(kept, "tiered", answers, TODAY), TODAY).document
    for section in ("agents", "alert_channel", "customers", "channels", "schedules", "groups"):
        assert made[section] == document[section], section
    assert [policy["title"] for policy in made["policies"]] == ["Enterprise", "Pro", "Everybody else"]


def test_another_country_has_other_subdivisions():
    answers = {"AU": "NZ", "Australia/Sydney": "Pacific/Auckland"}
    made = with_template({"admins": ["U0CLEO"]}, "follow-the-sun", answers, TODAY)
    (apac,) = [schedule for schedule in made["schedules"] if schedule["name"] == "apac"]
    assert apac["time_zone"] == "Pacific/Auckland"
    assert "Waitangi Day" in {holiday["name"] for holiday in apac["holidays"]}


@pytest.mark.parametrize(("value", "answer"), [("DE", "ZZ"), ("Europe/Berlin", "Mars/Olympus"), ("DE", '"}')])
def test_an_answer_that_is_no_country_or_zone_is_refused(value, answer):
    with pytest.raises(ConfigError):
        with_template({"admins": ["U0CLEO"]}, "standard", {value: answer}, TODAY)


def test_there_is_no_form_for_a_template_that_there_is_not():
    assert template_form("magic", {}, "") is None


def test_a_configuration_that_is_whole_lacks_nothing(document):
    assert missing_steps(load_config(FILE, source="threadline.yml", today=TODAY)) == []


def test_groups_without_people_and_tickets_without_a_priority_are_named():
    written = "admins: [U1]\nagents: {users: [U1]}\nalert_channel: C1\nchannels: {C2: {}}\ngroups: {night: {}}\n"
    policies = "policies: [{title: P, targets: {normal: {hours: calendar, first_reply_time: 1h}}}]\n"
    config = load_config(written + policies, source="threadline.yml", today=TODAY)
    assert [(step.what, step.needed) for step in missing_steps(config)] == [
        ("default priority", False),
        ("group night", False),
    ]


def test_only_the_secrets_that_routes_use_are_missed():
    written = (
        'routes: {default: {thresholds: {"0": ["webhook:pager"]}}}\n'
        'webhooks: {pager: {url: "https://example.com/a", secret_env: A}, other: {url: "https://example.com/b", '
        "secret_env: B}}\n"
    )
    config = load_config(written, source="threadline.yml", today=TODAY)
    assert [step.what for step in missing_secrets(config, {}, has_mail=False)] == ["webhook pager"]
    assert missing_secrets(config, {"A": "secret"}, has_mail=False) == []
