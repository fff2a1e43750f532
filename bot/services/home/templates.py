"""A ready-made set of policies for a desk that has none: what it leaves open is asked, what is set up already stays."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bot.config.load import load_config
from bot.config.ready_made import Placeholder, list_templates, template_text
from bot.slack.home.modals import Blank, TemplateForm
from bot.slack.wording import sentence

Json = dict[str, Any]

_CHANNEL = re.compile(r"C0[A-Z]+")
_ALERT_CHANNEL = "C0TRIAGE"
_SLACK_ID = re.compile(r"[CSU]0[A-Z]+")
_SUBDIVISION = re.compile(r", subdivision: \w+")
_KEPT = ("admins", "agents", "alert_channel", "enforce_from", "intake", "lifecycle", "webhooks", "digest", "settings")


def template_form(name: str, document: Mapping[str, Any], memory: str) -> TemplateForm | None:
    """What has to be asked before a template can be used; None for one that there is not."""
    found = next((one for one in list_templates() if one.name == name), None)
    if found is None:
        return None
    blanks = [_blank(one) for one in found.placeholders if _is_asked(one, document)]
    return TemplateForm(title=found.title, summary=found.summary, blanks=blanks, memory=memory)


def _is_asked(placeholder: Placeholder, document: Mapping[str, Any]) -> bool:
    """People are named elsewhere; a channel, a time zone and a country are for the person to say."""
    if placeholder.value == _ALERT_CHANNEL:
        return not document.get("alert_channel")
    return bool(_CHANNEL.fullmatch(placeholder.value)) or not _SLACK_ID.fullmatch(placeholder.value)


def _blank(placeholder: Placeholder) -> Blank:
    value = placeholder.value
    is_channel = bool(_CHANNEL.fullmatch(value))
    kind = "" if is_channel else "Time zone: " if "/" in value else "Country: "
    return Blank(name=value, label=sentence(kind + placeholder.meaning), is_channel=is_channel, example=value)


def with_template(document: Mapping[str, Any], name: str, answers: Mapping[str, str], today: date) -> Json:
    """The configuration with a template's schedules, triggers, policies and routes.

    Raises:
        BotError: There is no such template, or an answer is no time zone or country.
    """
    text = template_text(name)
    for value, answer in answers.items():
        if answer and not _SLACK_ID.fullmatch(value):
            text = _write(text, value, answer)
    made = json.loads(json.dumps(dict(load_config(text, source="The template", today=today).document)))
    chosen = {value: answer for value, answer in answers.items() if _CHANNEL.fullmatch(value)}
    return _beside(document, _filled(made, chosen), chosen)


def _beside(document: Mapping[str, Any], made: Json, chosen: Mapping[str, str]) -> Json:
    """What there is, and of the template what there was not."""
    own = {key: value for key, value in made.items() if key not in _KEPT}
    for key in ("groups", "customers", "channels", "routes"):
        own[key] = {**made.get(key, {}), **document.get(key, {})}
    known = {schedule["name"] for schedule in document.get("schedules", [])}
    new = [schedule for schedule in made.get("schedules", []) if schedule["name"] not in known]
    own["schedules"] = [*document.get("schedules", []), *new]
    own["triggers"] = [*document.get("triggers", []), *made.get("triggers", [])]
    own |= {key: document[key] for key in ("default_schedule", "default_priority", *_KEPT) if key in document}
    if not document.get("agents"):
        own["agents"] = {"home_workspace": made["agents"]["home_workspace"]}
    if chosen.get(_ALERT_CHANNEL) and not document.get("alert_channel"):
        own["alert_channel"] = chosen[_ALERT_CHANNEL]
    return own


def _write(text: str, value: str, answer: str) -> str:
    """The template with an answer in the place of an example; the comments that name it stay as they are."""
    written = json.dumps(answer)
    lines = text.splitlines()
    for at, line in enumerate(lines):
        code, sign, comment = line.partition("# FILL IN")
        if sign and f"FILL IN {value}:" in line:
            code = re.sub(rf"(?<![\w/]){re.escape(value)}(?![\w/])", lambda _match: written, code)
            # Another country has other subdivisions.
            lines[at] = (_SUBDIVISION.sub("", code) if answer != value else code) + sign + comment
    return "\n".join(lines) + "\n"


def _filled(made: Json, chosen: Mapping[str, str]) -> Json:
    """Channels as they were chosen; what is about a channel that was not, and everybody else's example, is left out."""
    made["groups"] = {name: {} for name in made.get("groups", {})}
    channels = {chosen.get(key, ""): given for key, given in made.get("channels", {}).items() if key != "defaults"}
    made["channels"] = {key: given for key, given in channels.items() if key}
    customers = made.get("customers", {})
    for given in customers.values():
        given["channels"] = [chosen[key] for key in given.get("channels", []) if chosen.get(key)]
        given.pop("owner", None)
    made["customers"] = {key: given for key, given in customers.items() if given["channels"]}
    for section in ("triggers", "policies", "group_policies"):
        made[section] = [rule for rule in (_with_channels(one, chosen) for one in made.get(section, [])) if rule]
    return made


def _with_channels(rule: Json, chosen: Mapping[str, str]) -> Json | None:
    """A rule about the chosen channels; None for one about a channel that was not chosen."""
    for condition in _conditions(rule):
        if condition.get("field") == "channel":
            if not chosen.get(str(condition["value"])):
                return None
            condition["value"] = chosen[str(condition["value"])]
    return rule


def _conditions(rule: Json) -> Iterator[Json]:
    for where in ("filter", "when"):
        for kind in ("all", "any"):
            yield from rule.get(where, {}).get(kind, [])
