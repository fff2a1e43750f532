"""Exports of a Zendesk account: JSON as its API gives it, in a file, a folder or a zip file, none of it trusted."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import is_zipfile

from bot.errors import BotError
from bot.importers.archive import MAX_MEMBER_BYTES, open_archive

LISTS = (
    "sla_policies",
    "group_sla_policies",
    "schedules",
    "holidays",
    "organizations",
    "users",
    "groups",
    "tickets",
    "comments",
    "audits",
    "ticket_metric_events",
)
_ONE = {name: name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s") for name in LISTS}
_NUMBER = re.compile(r"(?<!\d)\d{1,18}(?!\d)")
_MOST_ROWS = 1_000_000
# All of it is held at once: an account that is larger is taken over in parts.
MOST_BYTES_HELD = 512 * 1024 * 1024
_COMMENT = ("id", "type", "ticket_id", "author_id", "created_at", "public", "plain_body", "body")
_CHANGE = ("field_name", "value", "previous_value")
# What is read of lists that are long; most of what an audit tells, such as what mails were sent, is left out.
_KEPT = {
    "tickets": (
        *("id", "subject", "description", "status", "priority", "type", "tags", "via"),
        *("created_at", "updated_at", "solved_at"),
        *("requester_id", "submitter_id", "assignee_id", "organization_id", "group_id"),
    ),
    "comments": _COMMENT,
    "audits": ("id", "ticket_id", "author_id", "created_at", "events"),
    "ticket_metric_events": ("ticket_id", "metric", "instance_id", "type", "deleted"),
}
_AUDITED = ("Create", "Change", "Comment")
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

Row = Mapping[str, Any]


@dataclass(slots=True)
class ZendeskExport:
    """What an export holds, list by list, and what could not be read of it."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in LISTS})
    problems: list[str] = field(default_factory=list)

    def of_ticket(self, name: str) -> dict[int, list[Row]]:
        """Comments, audits or metric events by ticket."""
        found: dict[int, list[Row]] = {}
        for row in self.rows[name]:
            number = row.get("ticket_id")
            if isinstance(number, int) and not isinstance(number, bool):
                found.setdefault(number, []).append(row)
        return found

    def begins_at(self) -> datetime | None:
        """When the first of its tickets was opened; None without any."""
        found = (instant_of(row.get("created_at")) for row in self.rows["tickets"])
        return min((at for at in found if at is not None), default=None)

    def take(self, document: Any, where: str) -> None:
        """Take what a document holds: lists by their names, or one thing under its own."""
        if not isinstance(document, Mapping):
            self.problems.append(f"{where} holds no JSON object.")
            return
        named = _NUMBER.findall(PurePosixPath(where).as_posix())
        known = False
        for name in LISTS:
            found = document.get(name, [document[_ONE[name]]] if _ONE[name] in document else None)
            if found is None:
                continue
            known = True
            self._take_list(name, found, where, int(named[-1]) if named else None)
        if not known:
            self.problems.append(f"{where} holds nothing that can be taken over.")

    def _take_list(self, name: str, found: Any, where: str, number: int | None) -> None:
        if not isinstance(found, list):
            self.problems.append(f"{name} in {where} is no list.")
            return
        if len(self.rows[name]) + len(found) > _MOST_ROWS:
            raise BotError(f"The export has more than {_MOST_ROWS} {name}.")
        owner = {"comments": "ticket_id", "audits": "ticket_id", "holidays": "schedule_id"}.get(name)
        for row in found:
            if not isinstance(row, Mapping):
                self.problems.append(f"{where} has something among its {name} that is no object.")
                continue
            kept = _kept(name, row)
            self.rows[name].append({owner: number, **kept} if owner and owner not in row else kept)
            if name == "tickets":
                self._take_nested(row, where)

    def _take_nested(self, ticket: Row, where: str) -> None:
        number = ticket.get("id")
        for name in ("comments", "audits"):
            nested = ticket.get(name)
            if isinstance(nested, list) and isinstance(number, int):
                self._take_list(name, nested, where, number)
        events = ticket.get("metric_events")
        if isinstance(events, Mapping):
            for some in events.values():
                self._take_list("ticket_metric_events", some, where, None)


def _kept(name: str, row: Row) -> Row:
    """What is held of a row."""
    if name not in _KEPT:
        return row
    kept = _only(row, _KEPT[name])
    if name == "audits" and isinstance(row.get("events"), list):
        told = (event for event in row["events"] if isinstance(event, Mapping) and event.get("type") in _AUDITED)
        kept["events"] = [_only(event, (*_COMMENT, *_CHANGE)) for event in told]
    return kept


def _only(row: Row, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


def holds_zendesk_lists(document: object) -> bool:
    """Whether a document is one of Zendesk's API: it names some list, or one thing, that can be taken over."""
    return isinstance(document, Mapping) and any(name in document for name in (*_ONE, *_ONE.values()))


@contextmanager
def open_zendesk_export(path: Path) -> Iterator[ZendeskExport]:
    """Read an export.

    Raises:
        BotError: There is nothing there, or nothing in it can be read.
    """
    export = ZendeskExport()
    if path.is_file() and not is_zipfile(path) and path.suffix.lower() != ".zip":
        export.take(_read(path), path.name)
    else:
        with open_archive(path) as archive:
            for name in archive.names():
                try:
                    export.take(archive.read(name), name)
                except BotError as error:
                    export.problems.append(str(error))
                if archive.bytes_read > MOST_BYTES_HELD:
                    raise BotError(f"{path} holds more than {MOST_BYTES_HELD // 1024**2} MiB: take it over in parts.")
    if not any(export.rows.values()):
        raise BotError(f"Nothing in {path} can be taken over: it holds none of {', '.join(LISTS)}.")
    yield export


def _read(path: Path) -> Any:
    if path.stat().st_size > MAX_MEMBER_BYTES:
        raise BotError(f"{path} is larger than {MAX_MEMBER_BYTES // 1024**2} MiB: split it into several files.")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise BotError(f"{path} is not JSON.") from None
    except OSError as error:
        raise BotError(f"{path} cannot be read: {error.strerror}.") from None


def instant_of(value: object) -> datetime | None:
    """An instant as Zendesk writes it; None for what is none, or outside the years that a ticket can be of."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is None or not _FIRST.year < found.year < _LAST.year:
        return None
    return found.astimezone(UTC)
