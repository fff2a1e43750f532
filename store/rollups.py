"""The figures of each local day, kept so that a report of a month does not read the instances of a month."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, true

from sla.report import Tally
from sla.spread import Spread
from store.statements import columns, fixed, records
from store.statements import insert as upsert
from store.tables import day_figures as table
from store.tables import metric_instance, ticket, ticket_event
from store.tables import rolled_up as progress

_COUNTS = ("met", "missed", "late", "open", "cancelled", "merged", "exempt", "fulfilled")
NOTHING = ""
"""What stands for the tickets without a value."""

Cells = Mapping[tuple[str, str | None], Tally]
"""The tallies of a day by dimension and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledUp:
    """How far the figures of days are right: up to what tickets were changed before `through`.

    Attributes:
        time_zone: Whose days they are.
    """

    time_zone: str
    through: datetime


def rolled_up(conn: Connection, workspace: str) -> RolledUp | None:
    """How far the figures of days are right; None where there are none."""
    rows = conn.execute(select(*columns(progress, RolledUp)).where(progress.c.workspace == workspace))
    return next(records(RolledUp, rows), None)


def instants_touched(conn: Connection, workspace: str, since: datetime | None) -> Iterator[datetime]:
    """Instants whose days may have other figures now: of what happened on tickets that were changed since an instant.

    Every clock begins with something that happened, also one that has turned out never to have begun. Without an
    instant it is the beginnings of all clocks.
    """
    begun = select(metric_instance.c.activated_at).where(metric_instance.c.workspace == workspace).distinct()
    if since is None:
        yield from conn.execute(begun).scalars()
        return
    changed = select(ticket.c.ticket_id).where(ticket.c.workspace == workspace, ticket.c.updated_at >= since)
    yield from conn.execute(begun.where(metric_instance.c.ticket_id.in_(changed))).scalars()
    happened = select(ticket_event.c.at).where(
        ticket_event.c.workspace == workspace, ticket_event.c.ticket_id.in_(changed)
    )
    yield from conn.execute(happened.distinct()).scalars()


def deadlines_passed(conn: Connection, workspace: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """The beginnings of open clocks whose deadline lies in `[since, until)`: by now they count as missed.

    Nobody may have noted that yet: who counts may live later than who judges, which stops when the program does.
    """
    yield from conn.execute(
        select(metric_instance.c.activated_at)
        .where(
            metric_instance.c.workspace == workspace,
            metric_instance.c.outcome == fixed("open"),
            metric_instance.c.breach_at >= since,
            metric_instance.c.breach_at < until,
        )
        .distinct()
    ).scalars()


def replace_day(conn: Connection, workspace: str, day: date, cells: Cells) -> None:
    """Make these the figures of a day."""
    of_day = {"workspace": workspace, "day": day.isoformat()}
    conn.execute(delete(table).where(table.c.workspace == workspace, table.c.day == of_day["day"]))
    rows = [
        of_day
        | {"dimension": dimension, "value": NOTHING if value is None else value}
        | {name: tally.counts[name] for name in _COUNTS}
        | {"business": _spread_to_json(tally.business), "calendar": _spread_to_json(tally.calendar)}
        for (dimension, value), tally in cells.items()
    ]
    if rows:
        conn.execute(insert(table), rows)


def of_days(
    conn: Connection, workspace: str, dimension: str, first: date | None, last: date | None
) -> Iterator[tuple[str, str | None, Tally]]:
    """The figures of the days from the first to the last, both included: day, value and tally."""
    statement = select(table).where(
        table.c.workspace == workspace,
        table.c.dimension == dimension,
        table.c.day >= first.isoformat() if first else true(),
        table.c.day <= last.isoformat() if last else true(),
    )
    for row in conn.execute(statement).mappings():
        tally = Tally(
            counts=Counter({name: row[name] for name in _COUNTS}),
            business=_spread_from_json(row["business"]),
            calendar=_spread_from_json(row["calendar"]),
        )
        yield row["day"], row["value"] or None, tally


def finish(conn: Connection, workspace: str, time_zone: str, through: datetime) -> None:
    """Note how far the figures of days are right."""
    row = {"workspace": workspace, "time_zone": time_zone, "through": through}
    statement = upsert(conn.dialect.name, progress)
    changed = {name: statement.excluded[name] for name in ("time_zone", "through")}
    conn.execute(statement.on_conflict_do_update(index_elements=["workspace"], set_=changed), row)


def forget(conn: Connection, workspace: str) -> None:
    """The figures of days are no longer right: they are made anew from the instances."""
    conn.execute(delete(progress).where(progress.c.workspace == workspace))


def clear(conn: Connection, workspace: str) -> None:
    """Remove the figures of all days, before those of another time zone are made."""
    conn.execute(delete(table).where(table.c.workspace == workspace))


def _spread_to_json(spread: Spread) -> list[Any]:
    """Seconds, their counts, and the buckets as one hexadecimal number, which is read fastest."""
    return [list(spread.exact.keys()), list(spread.exact.values()), f"{spread.buckets:x}"]


def _spread_from_json(stored: list[Any]) -> Spread:
    seconds, counts, buckets = stored
    return Spread(Counter(dict(zip(seconds, counts, strict=True))), int(buckets, 16))
