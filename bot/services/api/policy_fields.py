"""A policy of ours from Zendesk's JSON: every field checked, and all that is wrong said at once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from bot.services.api.conditions import Translator
from bot.services.api.editing import Editor
from bot.services.api.numbers import Kind
from bot.services.api.policy_rows import rows_from
from bot.services.api.refusals import Problems

_INTERNAL_NOTE = "fulfill_on_agent_internal_note"
_LONGEST_TITLE = 255

Policy = dict[str, Any]


def kept(policy: Policy) -> Policy:
    """What of a policy says whether it was changed elsewhere: not where it stands, nor its number."""
    return {name: value for name, value in policy.items() if name not in {"position", "id"}}


def policy_from(
    conn: Connection,
    editor: Editor,
    given: Mapping[str, Any],
    base: Mapping[str, Any],
    problems: Problems,
    *,
    kind: Kind,
    before: Mapping[str, Any] | None = None,
) -> Policy:
    """Our policy for Zendesk's JSON over what there was; what is wrong with it is noted."""
    title = given.get("title", base.get("title"))
    if not isinstance(title, str) or not title.strip():
        problems.blank("title")
    elif len(title) > _LONGEST_TITLE:
        problems.add("title", f"is too long (the most is {_LONGEST_TITLE} characters)", error="TooLong")
    description = given.get("description", base.get("description", ""))
    if description is not None and not isinstance(description, str):
        problems.add("description", "has to be a text")
    conditions = base.get("filter")
    if given.get("filter") is not None:
        conditions = Translator(conn=conn, workspace=editor.workspace, now=editor.now).filter_from(
            given["filter"], problems
        )
    if conditions is None or ("filter" in given and given["filter"] is None):
        problems.blank("filter")
    rows = list(base.get("policy_metrics", []))
    if "policy_metrics" in given:
        old = (before or base).get("policy_metrics", [])
        rows = rows_from(given["policy_metrics"], problems, group=kind is Kind.GROUP_POLICY, before=old)
    return {
        "title": title,
        "description": description or "",
        "filter": conditions,
        "schedule": base.get("schedule"),
        "settings": _settings(given, base.get("settings", {}), problems),
        "route": base.get("route"),
        "policy_metrics": rows,
    }


def _settings(given: Mapping[str, Any], base: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Our settings: of Zendesk's metric settings the one that both have."""
    said = given.get("metric_settings")
    if said is None:
        return dict(base)
    if not isinstance(said, Mapping) or not all(isinstance(one, Mapping) for one in said.values()):
        problems.add("metric_settings", "has to be an object of objects")
        return dict(base)
    first_reply = said.get("first_reply_time", {})
    if _INTERNAL_NOTE not in first_reply:
        return dict(base)
    value = first_reply[_INTERNAL_NOTE]
    if not isinstance(value, bool):
        problems.add("metric_settings", f"{_INTERNAL_NOTE} has to be true or false")
        return dict(base)
    return {**base, "fulfill_on_internal_note": value}


def settings_shown(policy: Mapping[str, Any]) -> dict[str, Any]:
    """The metric settings of a policy that was not written over REST."""
    own = policy.get("settings", {}).get("fulfill_on_internal_note")
    return {"first_reply_time": {_INTERNAL_NOTE: bool(own)}}


def place_of(position: Any, others: int, problems: Problems) -> int:
    """Where among so many others a policy with that position stands, from 0; the last without one."""
    if position is None:
        return others
    if isinstance(position, bool) or not isinstance(position, int):
        problems.add("position", "has to be a whole number")
        return others
    return min(max(position, 1), others + 1) - 1
