"""``/sla report``: what became of promises as a table, how long things took, and what somebody should look at."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.charts import PAPER, chart_of
from bot.errors import BotError
from bot.services.reporting.answering import report_of, rows_of
from bot.services.reporting.asking import DAYS, Question, read_question, zone_of
from bot.services.reporting.sections import REASON, Section, section
from bot.services.reporting.tables import (
    COUNTS,
    PERCENTILES,
    TOTAL,
    Table,
    counts,
    durations,
    labels_of,
    named_row,
    names_of,
)
from bot.services.requests.actions import Answer
from bot.services.requests.commands.call import Call, Verb
from bot.slack.text import authored
from sla.report import Dimension, Figures, Report

_HOW = (
    "`/sla report`, `/sla report by agent`, `/sla report from 2026-01-01 to 2026-01-31 by week`, `/sla report all`, "
    "`/sla report times`, `/sla report breaches`"
)
_SHOWN, _MOST_LISTED = 40, 20
_LABEL = re.compile(r"[`\n\r]")
_TIMES = "times"
_LISTS = tuple(each for each in Section if each is not Section.ROWS)
# What a list shows of an instance; the rest is on the web.
_OF_INSTANCE = ("Ticket", "Metric", "Instance", "Outcome", REASON)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What somebody wants to see, and about which days, in words."""

    question: Question
    about: str
    show: str


def _report(call: Call) -> Answer:
    try:
        asked = _read(call)
    except BotError as error:
        return Answer(text=f"{authored(str(error), 300)} Such as {_HOW}.")
    if asked.show in _LISTS:
        return _list(call, asked)
    found = report_of(call.conn, call.desk.workspace, asked.question, call.now)
    if not found.groups:
        return Answer(text=f"No promises began {asked.about}.")
    if asked.show == _TIMES:
        drawn = _drawn(call, found, PERCENTILES, durations)
        return Answer(text=f"*How long it took what was done, {asked.about}*\n```\n{drawn}\n```")
    drawn = _drawn(call, found, COUNTS, counts)
    chart = chart_of(found, names_of(call.desk.config, call.name_of), PAPER, asked.about)
    return Answer(text=f"*What became of promises, {asked.about}*\n```\n{drawn}\n```", chart=chart)


def _list(call: Call, asked: _Asked) -> Answer:
    rows = rows_of(call.conn, call.desk.workspace, asked.question, call.now)
    table = section(call.conn, call.desk.workspace, Section(asked.show), rows)
    if not table.rows:
        return Answer(text=f"{table.title}: nothing {asked.about}.")
    drawn = _listed(call, table, table.columns if asked.show == Section.PAUSES else _OF_INSTANCE)
    return Answer(text=f"*{table.title}, {asked.about}*\n```\n{drawn}\n```")


def _listed(call: Call, table: Table, columns: Sequence[str]) -> str:
    places = [table.columns.index(name) for name in columns]

    rows = [named_row(table, row, call.name_of) for row in table.rows[:_MOST_LISTED]]
    lines = [[_LABEL.sub(" ", authored(row[place], 80)) for place in places] for row in rows]
    drawn = _columns([columns, *lines], left=len(columns))
    if len(table.rows) > _MOST_LISTED:
        drawn.append(f"... and {len(table.rows) - _MOST_LISTED} more: the dashboard and threadline report show all")
    return "\n".join(drawn)


def _read(call: Call) -> _Asked:
    """What is asked, and about which days; the last 30 where none are named."""
    said = {"from": "", "to": "", "by": "", "all": "", "show": ""}
    rest = iter(call.words)
    for word in map(str.lower, rest):
        if word in {"from", "to", "by"}:
            said[word] = next(rest, "")
        elif word == "all":
            said["all"] = word
        elif word == _TIMES or word in _LISTS:
            said["show"] = word
        else:
            raise BotError(f"{word!r} is no part of a report.")
    question = read_question(zone_of(call.desk.config), first=said["from"], last=said["to"], by=said["by"])
    days = " ".join(f"{side} {said[side]}" for side in ("from", "to") if said[side])
    if days:
        return _Asked(question=question, about=authored(days, 60), show=said["show"])
    if said["all"]:
        return _Asked(question=question, about="since the beginning", show=said["show"])
    lately = question.last_days(DAYS, call.now)
    return _Asked(question=lately, about=f"in the last {DAYS} days", show=said["show"])


def _drawn(call: Call, found: Report, names: Sequence[str], cells: Callable[[Figures], Sequence[str]]) -> str:
    """The table in columns of one width; inside of a code block nothing is a mention."""
    known = names_of(call.desk.config, call.name_of)

    def name(dimension: Dimension, value: str) -> str:
        return _LABEL.sub(" ", authored(known(dimension, value), 40))

    head = (" / ".join(found.by), *names)
    shown = [(" / ".join(labels_of(found.by, group.key, name)), *cells(group.figures)) for group in found.groups]
    drawn = _columns([head, *shown[:_SHOWN], (TOTAL, *cells(found.total))], left=1)
    if len(shown) > _SHOWN:
        drawn.insert(-1, f"... and {len(shown) - _SHOWN} more: threadline report shows all")
    return "\n".join(drawn)


def _columns(lines: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Lines of cells as columns; the first so many of them are aligned to the left."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(_cells(line, widths, left)).rstrip() for line in lines]


def _cells(line: Sequence[str], widths: Sequence[int], left: int) -> Iterator[str]:
    for place, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.ljust(width) if place < left else cell.rjust(width)


VERBS = (Verb(name="report", run=_report, takes_long=True, help=f"{_HOW} how many promises were kept"),)
