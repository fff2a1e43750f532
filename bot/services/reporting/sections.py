"""The lists behind the figures: breaches with reasons, pauses to look at, what was relaxed, exempt or cancelled."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum, auto

from sqlalchemy import Connection

from bot.services.reporting.tables import ROW, Table, duration, instant, row_cells
from bot.slack.wording import metric_label
from sla.engine import Outcome
from sla.report import Measured
from sla.ticket import Role
from store import reports
from store.reports import Stop


class Section(StrEnum):
    """What can be listed besides the figures."""

    ROWS = auto()
    BREACHES = auto()
    PAUSES = auto()
    RELAXED = auto()
    EXEMPT = auto()
    CANCELLED = auto()


TITLES = {
    Section.ROWS: "Rows",
    Section.BREACHES: "Breach review",
    Section.PAUSES: "Pauses while a customer waited",
    Section.RELAXED: "Relaxed after breach",
    Section.EXEMPT: "Exempt",
    Section.CANCELLED: "Cancelled and merged",
}
REASON = "Reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch in which a clock stood still; the last one may have no end yet."""

    ticket: int
    metric: str
    instance: int
    since: datetime
    until: datetime | None


def section(conn: Connection, workspace: str, wanted: Section, rows: Sequence[Measured], zone: tzinfo = UTC) -> Table:
    """The rows that belong to a section, with the reason for each; instants are those of a time zone."""
    title = TITLES[wanted]
    if wanted is Section.PAUSES:
        return Table(title=title, columns=_PAUSE, rows=tuple(_pause_cells(conn, workspace, rows, zone)))
    if wanted is Section.ROWS:
        return Table(title=title, columns=ROW, rows=tuple(row_cells(row, zone) for row in rows))
    chosen = [row for row in rows if _BELONGS[wanted](row)]
    if wanted is Section.EXEMPT:
        whys = reports.exemptions(conn, workspace, (int(row.ticket) for row in chosen))
        reasons = [whys.get(int(row.ticket), "") for row in chosen]
    else:
        reasons = [_REASONS[wanted](row) for row in chosen]
    cells = tuple(_with_reason(row_cells(row, zone), why) for row, why in zip(chosen, reasons, strict=True))
    return Table(title=title, columns=_with_reason(ROW, REASON), rows=cells)


def _with_reason(cells: tuple[str, ...], why: str) -> tuple[str, ...]:
    """The reason stands behind the outcome."""
    place = ROW.index("Outcome") + 1
    return (*cells[:place], why, *cells[place:])


def why_missed(row: Measured) -> str:
    """Why a row counts as missed: "37 min late", "solved without a reply, 5 min late"."""
    late = row.used - row.target
    by_change = row.breached_at is not None and row.breach_at is not None and row.breached_at > row.breach_at
    parts = ["the target was changed when it had passed already"] if by_change else []
    if row.is_open:
        return ", ".join([*parts, "not done yet"])
    parts.append("solved without a reply" if row.without_reply else "done late")
    parts.append(f"{duration(late)} over the target" if late > timedelta() else "outside of working hours")
    return ", ".join(parts)


def _why_relaxed(row: Measured) -> str:
    return f"missed before its target was eased; counts as {row.outcome}"


def _why_cancelled(row: Measured) -> str:
    return "its ticket was merged" if row.outcome is Outcome.MERGED else "nobody waited for it any more"


_BELONGS: dict[Section, Callable[[Measured], bool]] = {
    Section.BREACHES: lambda row: row.outcome is Outcome.MISSED,
    Section.RELAXED: lambda row: row.relaxed,
    Section.EXEMPT: lambda row: row.outcome is Outcome.EXEMPT,
    Section.CANCELLED: lambda row: row.outcome in {Outcome.CANCELLED, Outcome.MERGED},
}
_REASONS: dict[Section, Callable[[Measured], str]] = {
    Section.BREACHES: why_missed,
    Section.RELAXED: _why_relaxed,
    Section.CANCELLED: _why_cancelled,
}
_PAUSE = ("Ticket", "Metric", "Instance", "Paused", "Until", "Agent", REASON)


def _pause_cells(conn: Connection, workspace: str, rows: Sequence[Measured], zone: tzinfo) -> Iterator[tuple[str, ...]]:
    of = {(int(row.ticket), row.metric, row.instance): row for row in rows}
    numbers = {number for number, _, _ in of}
    pauses = [each for each in _pauses(reports.stops(conn, workspace, numbers)) if _key(each) in of]
    written: dict[int, list[tuple[datetime, str]]] = {}
    for number, body in reports.comments(conn, workspace, {pause.ticket for pause in pauses}):
        if body.get("public"):
            written.setdefault(number, []).append((datetime.fromisoformat(body["at"]), body["by"]))
    for pause in pauses:
        why = _why_looked_at(pause, written.get(pause.ticket, ()), zone)
        if why:
            row = of[_key(pause)]
            span = (instant(pause.since, zone), instant(pause.until, zone) or "still paused")
            yield (f"#{row.ticket}", metric_label(row.metric), str(row.instance), *span, row.agent or "", why)


def _key(pause: Pause) -> tuple[int, str, int]:
    return pause.ticket, pause.metric, pause.instance


def _pauses(stops: Iterable[Stop]) -> Iterator[Pause]:
    begun: dict[tuple[int, str, int], datetime] = {}
    for stop in stops:
        key = stop.ticket_id, stop.metric, stop.instance
        if stop.type == "pause":
            begun[key] = stop.at
        elif key in begun:
            yield _pause(key, begun.pop(key), stop.at)
    for key, since in begun.items():
        yield _pause(key, since, None)


def _pause(key: tuple[int, str, int], since: datetime, until: datetime | None) -> Pause:
    return Pause(ticket=key[0], metric=key[1], instance=key[2], since=since, until=until)


def _why_looked_at(pause: Pause, written: Sequence[tuple[datetime, str]], zone: tzinfo) -> str:
    """Why a person should look at a pause: a customer wrote during it, or was waiting when it began."""
    during = [at for at, by in written if by == Role.END_USER and _within(pause, at)]
    if during:
        return f"a customer wrote at {instant(during[0], zone)}, during the pause"
    before = [by for at, by in written if at <= pause.since]
    return "a customer was waiting for an answer when it began" if before and before[-1] == Role.END_USER else ""


def _within(pause: Pause, at: datetime) -> bool:
    return pause.since < at and (pause.until is None or at < pause.until)
