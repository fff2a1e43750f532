"""Reports as tables of text, the same on a terminal, on a page, in Slack and in a spreadsheet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.config.config import Config
from bot.services.reporting.asking import NOTHING
from bot.slack.wording import exactly, metric_label
from sla.instants import format_instant
from sla.report import Dimension, Figures, Measured, Report
from sla.spread import Percentiles

TOTAL = "All"
NONE_YET = "-"
_NAMED_BY_SLACK = frozenset({Dimension.AGENT, Dimension.CHANNEL})
COUNTS = ("Met", "Missed", "Attainment", "Late now", "Open", "Cancelled", "Merged", "Exempt")
PERCENTILES = (
    "p50 business",
    "p90 business",
    "p95 business",
    "p50 calendar",
    "p90 calendar",
    "p95 calendar",
)
ROW = (
    "Ticket",
    "Metric",
    "Instance",
    "Outcome",
    "Start",
    "Due",
    "End",
    "Target",
    "Counted",
    "Paused",
    "Policy",
    "Version",
    "Priority",
    "Channel",
    "Customer",
    "Agent",
    "Group",
)
Name = Callable[[Dimension, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, the names of columns, and cells as text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def named(dimension: Dimension, value: str) -> str:
    """What a value is called where nobody knows more of it: a metric as people say it, everything else as it is."""
    return metric_label(value) if dimension is Dimension.METRIC else value


def names_of(config: Config, name_of: Callable[[str], str] = str) -> Name:
    """What the values are called: customers as a configuration says, people and channels as ``name_of`` does."""

    def name(dimension: Dimension, value: str) -> str:
        if dimension in _NAMED_BY_SLACK:
            return name_of(value)
        customer = config.customers.get(value) if dimension is Dimension.CUSTOMER else None
        return customer.name if customer else named(dimension, value)

    return name


def named_row(table: Table, row: Sequence[str], name_of: Callable[[str], str]) -> list[str]:
    """A row of a table, with people and channels as ``name_of`` calls them."""
    ids = {dimension.value.capitalize() for dimension in _NAMED_BY_SLACK}
    return [name_of(cell) if column in ids else cell for column, cell in zip(table.columns, row, strict=True)]


def table_of(report: Report, name: Name = named) -> Table:
    """The figures of every group, and of all together in the last row."""
    labels = tuple(dimension.value.capitalize() for dimension in report.by)
    rows = [
        (*labels_of(report.by, group.key, name), *counts(group.figures), *durations(group.figures))
        for group in report.groups
    ]
    total = (TOTAL, *("" for _ in labels[1:]), *counts(report.total), *durations(report.total))
    return Table(title="Report", columns=(*labels, *COUNTS, *PERCENTILES), rows=(*rows, total))


def labels_of(by: Sequence[Dimension], key: Sequence[str | None], name: Name) -> tuple[str, ...]:
    """What a group is called, one label for each dimension."""
    return tuple(NOTHING if value is None else name(dimension, value) for dimension, value in zip(by, key, strict=True))


def counts(figures: Figures) -> tuple[str, ...]:
    """The cells under `COUNTS`."""
    numbers = (figures.late, figures.open, figures.cancelled, figures.merged, figures.exempt)
    return (str(figures.met), str(figures.missed), percent(figures.attainment), *map(str, numbers))


def durations(figures: Figures) -> tuple[str, ...]:
    """The cells under `PERCENTILES`."""
    return (*_of(figures.business), *_of(figures.calendar))


def percent(share: float | None) -> str:
    """An attainment as people write it: "75.0 %"; a dash where nothing counts yet."""
    return NONE_YET if share is None else f"{100 * share:.1f} %"


def row_cells(row: Measured, zone: tzinfo = UTC) -> tuple[str, ...]:
    """The cells under `ROW`; instants are those of a time zone."""
    return (
        f"#{row.ticket}",
        metric_label(row.metric),
        str(row.instance),
        outcome_of(row),
        instant(row.activated_at, zone),
        instant(row.breach_at, zone),
        instant(row.ended_at, zone),
        f"{duration(row.target)} {'business' if row.business_hours else 'calendar'}",
        "" if row.ended_at is None else duration(row.used),
        "" if row.paused is None else duration(row.paused),
        row.policy or "",
        "" if row.version is None else str(row.version),
        row.priority or "",
        row.channel or "",
        row.customer or "",
        row.agent or "",
        row.group or "",
    )


def outcome_of(row: Measured) -> str:
    """What a row came to, as it is counted."""
    return f"{row.outcome} (open)" if row.is_open and row.outcome.value != "open" else row.outcome.value


def duration(of: timedelta) -> str:
    """A duration in whole seconds: "1 h 5 min"."""
    return exactly(of // timedelta(seconds=1))


def instant(at: datetime | None, zone: tzinfo = UTC) -> str:
    """An instant to the second, empty for none; a Z says that it is in UTC."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}{'Z' if str(zone) == 'UTC' else ''}"


def _of(found: Percentiles | None) -> tuple[str, ...]:
    return (NONE_YET,) * 3 if found is None else (duration(found.p50), duration(found.p90), duration(found.p95))


def report_to_json(report: Report) -> Mapping[str, object]:
    """The report for a program: durations in seconds, attainment from 0 to 1."""
    return {
        "by": [dimension.value for dimension in report.by],
        "groups": [
            {
                "key": dict(zip((each.value for each in report.by), group.key, strict=True)),
                **figures_to_json(group.figures),
            }
            for group in report.groups
        ],
        "total": figures_to_json(report.total),
    }


def figures_to_json(figures: Figures) -> dict[str, object]:
    """One group's figures for a program."""
    return {
        "met": figures.met,
        "missed": figures.missed,
        "attainment": figures.attainment,
        "late": figures.late,
        "open": figures.open,
        "cancelled": figures.cancelled,
        "merged": figures.merged,
        "exempt": figures.exempt,
        "fulfilled": figures.fulfilled,
        "business": _percentiles_to_json(figures.business),
        "calendar": _percentiles_to_json(figures.calendar),
    }


def _percentiles_to_json(found: Percentiles | None) -> dict[str, int] | None:
    if found is None:
        return None
    second = timedelta(seconds=1)
    return {"p50_seconds": found.p50 // second, "p90_seconds": found.p90 // second, "p95_seconds": found.p95 // second}


def row_to_json(row: Measured) -> dict[str, object]:
    """One row for a program."""
    return {
        "ticket": row.ticket,
        "metric": row.metric,
        "instance": row.instance,
        "outcome": row.outcome.value,
        "is_open": row.is_open,
        "activated_at": format_instant(row.activated_at),
        "breach_at": row.breach_at and format_instant(row.breach_at),
        "breached_at": row.breached_at and format_instant(row.breached_at),
        "fulfilled_at": row.ended_at and format_instant(row.ended_at),
        "target_seconds": row.target // timedelta(seconds=1),
        "business_hours": row.business_hours,
        "business_seconds": row.business.total_seconds(),
        "calendar_seconds": row.calendar.total_seconds(),
        "paused_seconds": None if row.paused is None else row.paused.total_seconds(),
        "without_reply": row.without_reply,
        "relaxed": row.relaxed,
        "policy": row.policy,
        "version": row.version,
        "priority": row.priority,
        "channel": row.channel,
        "customer": row.customer,
        "tier": row.tier,
        "agent": row.agent,
        "group": row.group,
    }
