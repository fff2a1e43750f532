"""Reports: a chart, figures that lead to their rows, and the lists that somebody should look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import Connection

from bot.charts import PAGE, Chart, chart_of, untitled
from bot.errors import BotError
from bot.http.dashboard.visit import Shown, Visit
from bot.pictures import Drawings, Kind, NotInstalledError
from bot.services.reporting.answering import report_of, rows_of
from bot.services.reporting.asking import DAYS, NOTHING, Question, read_question
from bot.services.reporting.sections import TITLES, Section, section
from bot.services.reporting.tables import (
    COUNTS,
    NONE_YET,
    PERCENTILES,
    TOTAL,
    Table,
    counts,
    durations,
    labels_of,
    named_row,
    names_of,
    table_of,
)
from sla.report import Dimension, Figures, Measured

_MOST_ROWS = 500
# Which outcome the rows behind each figure have; an attainment is made of several.
_OUTCOMES = {"Met": "met", "Missed": "missed", "Late now": "late", "Open": "open"} | {
    name: name.lower() for name in ("Cancelled", "Merged", "Exempt")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A group's figures; each leads to its rows."""

    labels: tuple[str, ...]
    link: str
    cells: list[tuple[str, str]]
    durations: list[tuple[str, str]]


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page: figures, or a list with its reasons."""
    try:
        question = question_of(visit)
    except BotError as error:
        return Shown("message.html", {"title": "Report", "text": str(error)}, 400)
    shared = {
        "question": question,
        "sections": TITLES,
        "dimensions": list(Dimension),
        "by": question.by[0].value,
        "address": lambda **more: _address(visit, more),
        "asked": visit.asked("show"),
        "days": DAYS,
        "only": ", ".join(f"{name.value} = {value or NOTHING}" for name, value in question.where.items()),
    }
    if visit.asked("show") in set(Section):
        wanted = Section(visit.asked("show"))
        listed = section(conn, visit.desk.workspace, wanted, _wanted_rows(conn, visit, question), visit.zone)
        shown = [named_row(listed, row, visit.name_of) for row in listed.rows[:_MOST_ROWS]]
        return Shown(
            "report_list.html", shared | {"table": listed, "rows": shown, "more": len(listed.rows) - len(shown)}
        )
    return Shown("report.html", shared | _figures(conn, visit, question))


async def drawn(shown: Shown, drawings: Drawings) -> Shown:
    """The page with its chart, or why there is none; it is drawn once the database has been left alone."""
    chart = shown.values.get("chart")
    if not isinstance(chart, Chart):
        return shown
    drawing, why = "", ""
    try:
        drawing = (await drawings.draw(untitled(chart), Kind.SVG)).decode()
    except NotInstalledError as error:
        why = str(error)
    except BotError as error:
        why = f"{error} The table has every figure."
    return shown._replace(values={**shown.values, "drawing": drawing, "why_no_drawing": why})


def table_for(conn: Connection, visit: Visit) -> Table:
    """The same as a table, for a spreadsheet.

    Raises:
        BotError: The address asks for what reports do not know.
    """
    question = question_of(visit)
    if visit.asked("show") in set(Section):
        wanted = Section(visit.asked("show"))
        return section(conn, visit.desk.workspace, wanted, _wanted_rows(conn, visit, question))
    return table_of(report_of(conn, visit.desk.workspace, question, visit.now), names_of(visit.desk.config))


def question_of(visit: Visit) -> Question:
    """What the address asks for; the last 30 days where it names none.

    Raises:
        BotError: It asks for what reports do not know.
    """
    question = read_question(
        visit.zone,
        first=visit.asked("from"),
        last=visit.asked("to"),
        by=visit.asked("by"),
        where=visit.query.get("only", ()),
    )
    is_given = question.first_on or question.last_on or visit.asked("all") == "1"
    return question if is_given else question.last_days(DAYS, visit.now)


def _wanted_rows(conn: Connection, visit: Visit, question: Question) -> Sequence[Measured]:
    rows = rows_of(conn, visit.desk.workspace, question, visit.now)
    match visit.asked("outcome"):
        case "":
            return rows
        case "done":  # what percentiles are of
            return [row for row in rows if row.outcome.value in {"met", "missed"} and not row.is_open]
        case "late":
            return [row for row in rows if row.is_open and row.outcome.value == "missed"]
        case outcome:
            return [row for row in rows if row.outcome.value == outcome]


def _figures(conn: Connection, visit: Visit, question: Question) -> dict[str, object]:
    found = report_of(conn, visit.desk.workspace, question, visit.now)
    name = names_of(visit.desk.config, visit.name_of)
    lines = [
        _line(
            visit,
            labels_of(found.by, group.key, name),
            [f"{each.value}={value or NOTHING}" for each, value in zip(found.by, group.key, strict=True)],
            group.figures,
        )
        for group in found.groups
    ]
    blank = ("",) * (len(found.by) - 1)
    return {
        "lines": lines,
        "total": _line(visit, (TOTAL, *blank), [], found.total),
        "chart": chart_of(found, name, PAGE),
        "labels": [each.value.capitalize() for each in found.by],
        "counts": COUNTS,
        "percentiles": PERCENTILES,
    }


def _line(visit: Visit, labels: tuple[str, ...], only: Sequence[str], figures: Figures) -> Line:
    def link(outcome: str) -> str:
        return _address(visit, {"show": "rows", "only": [*visit.query.get("only", ()), *only], "outcome": outcome})

    cells = [
        (cell, link(_OUTCOMES.get(title, "")) if cell not in {"0", NONE_YET} else "")
        for title, cell in zip(COUNTS, counts(figures), strict=True)
    ]
    times = [(cell, link("done") if cell != NONE_YET else "") for cell in durations(figures)]
    return Line(labels=labels, link=link(""), cells=cells, durations=times)


def _address(visit: Visit, more: Mapping[str, object]) -> str:
    """The address of this report with some of its words replaced; empty ones are left out."""
    kept = {name: list(visit.query.get(name, ())) for name in ("from", "to", "all", "by", "only", "show")}
    words = kept | {name: value if isinstance(value, list) else [value] for name, value in more.items()}
    pairs = [(name, value) for name, values in words.items() for value in values if value]
    return f"/reports?{urlencode(pairs)}"
