"""Customers, groups, schedules and policies of a Zendesk account, taken into the configuration under their numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.importers.zendesk_export import Row, ZendeskExport
from bot.services.api import editing, holidays, policies, schedules
from bot.services.api.editing import Document, Editor
from bot.services.api.numbers import Kind
from bot.services.api.refusals import RecordInvalidError, whole_number
from bot.services.importing.zendesk_account import as_customers, is_named, name_of, number_of, user_name
from store import resources
from store.engine import Database
from store.resources import ResourceRecord

Rows = Mapping[int, Row]
"""Rows by their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Takes what is no ticket into the configuration; what is there already stays as it is."""

    db: Database
    editor: Editor

    async def take_in(self, export: ZendeskExport, *, rules: bool = True) -> dict[str, int]:
        """Take everything, or only whom tickets are of; how many were new of each.

        What cannot be taken is added to the export's problems.
        """
        at_once: tuple[tuple[str, Callable[[Rows, Connection], int]], ...] = (
            ("organizations", self._organizations),
            ("groups", self._groups),
        )
        counts = {name: await self._at_once(export, name, take) for name, take in at_once}
        by_one: tuple[tuple[str, Callable[[Row, Connection], bool]], ...] = (
            ("users", self._user),
            ("schedules", self._schedule),
            ("holidays", self._holiday),
            ("sla_policies", partial(self._policy, Kind.POLICY)),
            ("group_sla_policies", partial(self._policy, Kind.GROUP_POLICY)),
        )
        for name, take in by_one if rules else by_one[:1]:
            rows = sorted(export.rows[name], key=_position)
            counts[name] = sum([await self._take(export, _called(name, row), partial(take, row)) for row in rows])
        return counts

    async def _at_once(self, export: ZendeskExport, name: str, take: Callable[[Rows, Connection], int]) -> int:
        """Take a list in one version of the configuration: an account may have thousands of organizations."""
        rows: dict[int, Row] = {}
        for row in export.rows[name]:
            if is_named(row):
                rows.setdefault(number_of(row), row)
            else:
                export.problems.append(f"{_called(name, row)}: it has no number, or no name.")
        return await self._take(export, name, partial(take, rows))

    async def _take(self, export: ZendeskExport, called: str, take: Callable[[Connection], int]) -> int:
        try:
            return await self.db.write(take)
        except RecordInvalidError as error:
            said = "; ".join(each["description"] for some in error.details.values() for each in some)
            export.problems.append(f"{called}: {said}.")
        except ValueError as error:
            export.problems.append(f"{called}: {error}")
        return 0

    def _organizations(self, rows: Rows, conn: Connection) -> int:
        document, _ = editing.current(conn, self.editor.workspace)
        new = self._new(conn, Kind.ORGANIZATION, rows)
        found = list(as_customers(new.values(), document.get("customers") or {}))
        made = {key: customer for _, key, customer in found if customer is not None}
        if made:
            editing.edit(conn, self.editor, partial(_add, kind="customers", more=made))
        for row, key, _ in found:
            self._keep(conn, Kind.ORGANIZATION, number_of(row), key)
        return len(made)

    def _groups(self, rows: Rows, conn: Connection) -> int:
        document, _ = editing.current(conn, self.editor.workspace)
        names = {number: name_of(row) for number, row in self._new(conn, Kind.GROUP, rows).items()}
        made: Document = {name: {"users": []} for name in names.values() if name not in (document.get("groups") or {})}
        if made:
            editing.edit(conn, self.editor, partial(_add, kind="groups", more=made))
        for number, name in names.items():
            self._keep(conn, Kind.GROUP, number, name)
        return len(made)

    def _new(self, conn: Connection, kind: Kind, rows: Rows) -> Rows:
        known = {each.number for each in resources.of_kind(conn, self.editor.workspace, kind)}
        return {number: row for number, row in rows.items() if number not in known}

    def _user(self, row: Row, conn: Connection) -> bool:
        number, name = number_of(row), name_of(row)
        role = row.get("role") if row.get("role") in ("admin", "agent", "end-user") else "end-user"
        return self._keep(conn, Kind.USER, number, user_name(number), {"name": name, "role": role})

    def _schedule(self, row: Row, conn: Connection) -> bool:
        number = number_of(row)
        if resources.numbered(conn, self.editor.workspace, Kind.SCHEDULE, number) is not None:
            return False
        view = schedules.create(conn, self.editor, row)
        schedules.write_week(conn, self.editor, view.number, row)
        resources.forget(conn, self.editor.workspace, Kind.SCHEDULE, view.number)
        self._keep(conn, Kind.SCHEDULE, number, view.document["name"], {"time_zone": view.zone})
        return True

    def _holiday(self, row: Row, conn: Connection) -> bool:
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

    def _policy(self, kind: Kind, row: Row, conn: Connection) -> bool:
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


def _add(document: Document, kind: str, more: Mapping[str, Any]) -> None:
    document.setdefault(kind, {}).update(more)


def _called(name: str, row: Row) -> str:
    return f"{name} {row.get('id')!s:.30} ({row.get('title') or row.get('name')!s:.60})"


def _position(row: Row) -> float:
    position = row.get("position")
    return position if isinstance(position, int | float) else float("inf")
