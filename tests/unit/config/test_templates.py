import re

import pytest

from bot.config.ready_made import list_templates, template_text
from bot.errors import BotError

TEMPLATES = list_templates()
EACH = pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)


def test_the_ready_made_sets_are_the_simple_one_tiered_support_channel_targets_and_follow_the_sun():
    assert [template.name for template in TEMPLATES] == ["standard", "tiered", "channels", "follow-the-sun"]


@EACH
def test_a_template_can_be_used_without_a_problem_or_a_warning(load, template):
    assert load(template_text(template.name)).warnings == ()


@EACH
def test_a_template_says_what_it_is_and_what_to_fill_in(template):
    assert len(template.summary) > 40
    assert {"U0ADMIN", "C0TRIAGE"} <= {placeholder.value for placeholder in template.placeholders}
    for placeholder in template.placeholders:
        line = template_text(template.name).splitlines()[placeholder.line - 1]
        assert placeholder.value in line.split("#")[0]
        assert placeholder.meaning


@EACH
def test_every_invented_slack_id_of_a_template_is_explained(template):
    explained = " ".join(f"{each.value} {each.meaning}" for each in template.placeholders)

    for invented in set(re.findall(r"\b[CGUWST]0[A-Z0-9]+\b", template_text(template.name))):
        assert invented in explained


@EACH
def test_a_filled_in_template_can_be_used(load, template):
    text = template_text(template.name)
    for number, placeholder in enumerate(template.placeholders):
        if re.fullmatch(r"[CGUWST]0[A-Z0-9]+", placeholder.value):
            text = text.replace(placeholder.value, f"{placeholder.value[0]}07REAL{number}")

    assert load(text).warnings == ()


def test_standard_means_critical_15_minutes_and_2_hours_and_everything_else_4_and_24_hours(load):
    (policy,) = load(template_text("standard")).rules_json()["policies"]

    minutes = {(row["priority"], row["metric"]): row["target"] for row in policy["policy_metrics"]}
    assert minutes["urgent", "first_reply_time"] == 15
    assert minutes["urgent", "requester_wait_time"] == 120
    for priority in ("low", "normal", "high"):
        assert minutes[priority, "first_reply_time"] == 240
        assert minutes[priority, "requester_wait_time"] == 1440
        assert minutes[priority, "next_reply_time"] == 240


def test_an_unknown_template_is_refused_with_the_nearest_one():
    with pytest.raises(BotError, match=r"^There is no template tierd\. Did you mean tiered\?$") as caught:
        template_text("tierd")
    assert caught.value.exit_code == 2


def test_a_template_is_no_way_to_read_other_files():
    with pytest.raises(BotError, match="There are standard, tiered, channels, follow-the-sun"):
        template_text("../../settings.py")
