"""The audit log: every change that a person made, newest first."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.http.dashboard.templating import local
from bot.http.dashboard.visit import Shown, Visit
from store import audit

_MOST = 200
_SAID = "said"
_MENTION = re.compile(r"<@(\w+)>")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page."""
    entries = [
        (entry, visit.name_of(entry.who), _told(entry.detail, visit))
        for entry in audit.listing(conn, visit.desk.workspace, limit=_MOST)
    ]
    return Shown("audit.html", {"entries": entries, "is_cut": len(entries) == _MOST})


def _told(detail: Mapping[str, Any], visit: Visit) -> str:
    """What an entry adds to the name of the change: what the person was told, and what was changed to what."""
    said = [_MENTION.sub(lambda found: visit.name_of(found[1]), str(detail[_SAID]))] if _SAID in detail else []
    facts = [f"{name.replace('_', ' ')}: {_value(value, visit)}" for name, value in detail.items() if name != _SAID]
    return " ".join([*said, "; ".join(facts)]).strip()


def _value(value: object, visit: Visit) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return ", ".join(f"{name} {_value(each, visit)}" for name, each in value.items())
        case list():
            return ", ".join(_value(each, visit) for each in value)
        case str() if _INSTANT.fullmatch(value):
            return _local(value, visit)
        case _:
            return visit.name_of(str(value))


def _local(value: str, visit: Visit) -> str:
    try:
        return local(datetime.fromisoformat(value), visit.zone)
    except ValueError:  # it only looks like an instant
        return value
