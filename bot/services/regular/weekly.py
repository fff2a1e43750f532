"""The week's figures: what became of the promises that began in it, next to the week before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.config.model import DigestEntry
from bot.services.regular.listing import link_of
from bot.services.regular.occasions import week_before
from bot.services.reporting.sections import why_missed
from bot.services.workspace.desk import Desk
from bot.slack.regular_posts import Attained, TicketLink, WeekView
from bot.slack.wording import metric_label
from sla.engine import Outcome
from sla.report import Dimension, Figures, Measured, report
from store import reports, tickets
from store.reports import Span

_MOST = 8


def week_view(
    conn: Connection, desk: Desk, entry: DigestEntry, at: datetime, now: datetime, *, late: bool
) -> WeekView | None:
    """The figures of the week that ended at an instant; None when there is nothing to tell."""
    since = week_before(entry, at)
    rows = reports.measured(conn, desk.workspace, Span(since=since, until=at), now)
    earlier = reports.measured(conn, desk.workspace, Span(since=week_before(entry, since), until=since), now)
    if not rows and not earlier:
        return None
    zone = ZoneInfo(entry.time_zone)
    worst = _worst([row for row in rows if row.outcome is Outcome.MISSED])
    exempt = _once([row for row in rows if row.outcome is Outcome.EXEMPT])
    whys = reports.exemptions(conn, desk.workspace, (int(row.ticket) for row in exempt))
    return WeekView(
        period=_period(since, at, zone),
        total=_attained("", report(rows, (), zone).total, report(earlier, (), zone).total),
        metrics=_by(Dimension.METRIC, rows, earlier, zone),
        policies=sorted(_by(Dimension.POLICY, rows, earlier, zone), key=lambda each: -each.counted)[:_MOST],
        worst=_links(conn, desk, worst[:_MOST], [f"{metric_label(row.metric)}, {why_missed(row)}" for row in worst]),
        worst_of=len(worst),
        exempt=_links(conn, desk, exempt[:_MOST], [whys.get(int(row.ticket), "no reason given") for row in exempt]),
        exempt_of=len(exempt),
        due_at=at if late else None,
    )


def _by(by: Dimension, rows: Sequence[Measured], earlier: Sequence[Measured], zone: ZoneInfo) -> list[Attained]:
    """The attainment of each metric or policy that has anything to count in this week."""
    before = {group.key: group.figures for group in report(earlier, (by,), zone).groups}
    name = metric_label if by is Dimension.METRIC else str
    return [
        _attained(name(group.key[0] or "none"), group.figures, before.get(group.key, Figures()))
        for group in report(rows, (by,), zone).groups
        if group.figures.counted
    ]


def _attained(name: str, figures: Figures, before: Figures) -> Attained:
    return Attained(
        name=name, met=figures.met, counted=figures.counted, share=figures.attainment, before=before.attainment
    )


def _worst(missed: Sequence[Measured]) -> list[Measured]:
    """Each ticket once, with the promise that was missed by most, the worst ticket first."""
    return _once(sorted(missed, key=lambda row: row.used - row.target, reverse=True))


def _once(rows: Sequence[Measured]) -> list[Measured]:
    first: dict[str, Measured] = {}
    for row in rows:
        first.setdefault(row.ticket, row)
    return list(first.values())


def _links(conn: Connection, desk: Desk, rows: Sequence[Measured], remarks: Sequence[str]) -> list[TicketLink]:
    known = {each.ticket_id: each for each in tickets.many(conn, desk.workspace, [int(row.ticket) for row in rows])}
    found = zip((known[int(row.ticket)] for row in rows), remarks, strict=False)
    return [link_of(desk, ticket, remark) for ticket, remark in found]


def _period(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """The local days of a week: "5 January to 11 January"."""
    first, last = since.astimezone(zone), until.astimezone(zone) - timedelta(days=1)
    return f"{first.day} {first:%B} to {last.day} {last:%B}"
