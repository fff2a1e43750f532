"""Customers, groups, schedules and policies of a Zendesk account, taken into the configuration under their numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.importers.zendesk_export import Row, ZendeskExport
from bot.services.api import editing, holidays, policies, schedules
from bot.services.api.editing import Document, Editor
from bot.services.api.numbers import Kind
from bot.services.api.refusals import RecordInvalidError, whole_number
from bot.services.importing.zendesk_account import as_customer, name_of, number_of, user_name
from store import resources
from store.engine import Database
from store.resources import ResourceRecord

_WHO = 3
"""The first so many steps say whom tickets are of, the others by which rules they are judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Takes what is no ticket into the configuration; what is there already stays as it is."""

    db: Database
    editor: Editor

    async def take_in(self, export: ZendeskExport, *, rules: bool = True) -> dict[str, int]:
        """Take everything, or only whom tickets are of; how many were new of each.

        What cannot be taken is added to the export's problems.
        """
        steps: tuple[tuple[str, Callable[[Connection, Row], bool]], ...] = (
            ("organizations", self._organization),
            ("groups", self._group),
            ("users", self._user),
            ("schedules", self._schedule),
            ("holidays", self._holiday),
            ("sla_policies", partial(self._policy, Kind.POLICY)),
            ("group_sla_policies", partial(self._policy, Kind.GROUP_POLICY)),
        )
        counts = {}
        for name, take in steps if rules else steps[:_WHO]:
            rows = sorted(export.rows[name], key=_position)
            counts[name] = sum([await self._one(export, name, row, take) for row in rows])
        return counts

    async def _one(self, export: ZendeskExport, name: str, row: Row, take: Callable[[Connection, Row], bool]) -> bool:
        called = f"{name} {row.get('id')!s:.30} ({row.get('title') or row.get('name')!s:.60})"
        try:
            return await self.db.write(lambda conn: take(conn, row))
        except RecordInvalidError as error:
            said = "; ".join(each["description"] for some in error.details.values() for each in some)
            export.problems.append(f"{called}: {said}.")
        except ValueError as error:
            export.problems.append(f"{called}: {error}")
        return False

    def _organization(self, conn: Connection, row: Row) -> bool:
        number = number_of(row)
        if resources.numbered(conn, self.editor.workspace, Kind.ORGANIZATION, number) is not None:
            return False
        document, _ = editing.current(conn, self.editor.workspace)
        key, made = as_customer(row, document.get("customers") or {})
        if made is not None:
            editing.edit(conn, self.editor, partial(_put, kind="customers", key=key, value=made))
        self._keep(conn, Kind.ORGANIZATION, number, key)
        return made is not None

    def _group(self, conn: Connection, row: Row) -> bool:
        number, name = number_of(row), name_of(row)
        if resources.numbered(conn, self.editor.workspace, Kind.GROUP, number) is not None:
            return False
        document, _ = editing.current(conn, self.editor.workspace)
        is_new = name not in (document.get("groups") or {})
        if is_new:
            editing.edit(conn, self.editor, partial(_put, kind="groups", key=name, value={"users": []}))
        self._keep(conn, Kind.GROUP, number, name)
        return is_new

    def _user(self, conn: Connection, row: Row) -> bool:
        number, name = number_of(row), name_of(row)
        role = row.get("role") if row.get("role") in ("admin", "agent", "end-user") else "end-user"
        return self._keep(conn, Kind.USER, number, user_name(number), {"name": name, "role": role})

    def _schedule(self, conn: Connection, row: Row) -> bool:
        number = number_of(row)
        if resources.numbered(conn, self.editor.workspace, Kind.SCHEDULE, number) is not None:
            return False
        view = schedules.create(conn, self.editor, row)
        schedules.write_week(conn, self.editor, view.number, row)
        resources.forget(conn, self.editor.workspace, Kind.SCHEDULE, view.number)
        self._keep(conn, Kind.SCHEDULE, number, view.document["name"], {"time_zone": view.zone})
        return True

    def _holiday(self, conn: Connection, row: Row) -> bool:
        number, schedule = number_of(row), whole_number(row.get("schedule_id"))
        if schedule is None or resources.numbered(conn, self.editor.workspace, Kind.SCHEDULE, schedule) is None:
            raise ValueError("its schedule is not known.")
        if resources.numbered(conn, self.editor.workspace, Kind.HOLIDAY, number) is not None:
            return False
        made, _ = holidays.create(conn, self.editor, schedule, row)
        record = resources.numbered(conn, self.editor.workspace, Kind.HOLIDAY, made)
        if record is not None and made != number:
            resources.forget(conn, self.editor.workspace, Kind.HOLIDAY, made)
            self._keep(conn, Kind.HOLIDAY, number, record.name)
        return True

    def _policy(self, kind: Kind, conn: Connection, row: Row) -> bool:
        known = policies.listing(conn, self.editor.workspace, kind, self.editor.now)
        if kind is Kind.POLICY:
            number: int | None = number_of(row)
            if any(view.number == number for view in known):
                return False
        else:
            number = None  # Zendesk's ids of these are texts
            if any(view.document["title"] == row.get("title") for view in known):
                return False
        policies.create(conn, self.editor, kind, {**row, "position": None}, number=number)
        return True

    def _keep(self, conn: Connection, kind: Kind, number: int, name: str, said: dict[str, Any] | None = None) -> bool:
        now = self.editor.now
        return resources.keep(
            conn,
            ResourceRecord(
                workspace=self.editor.workspace,
                kind=kind,
                number=number,
                name=name,
                document=said or {},
                created_at=now,
                updated_at=now,
            ),
        )


def _put(document: Document, kind: str, key: str, value: dict[str, Any]) -> None:
    document.setdefault(kind, {})[key] = value


def _position(row: Row) -> float:
    position = row.get("position")
    return position if isinstance(position, int | float) else float("inf")
