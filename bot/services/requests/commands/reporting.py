"""``/sla report``: what became of promises, as a table."""

import re

from bot.errors import BotError
from bot.services.reporting.answering import report_of
from bot.services.reporting.asking import Question, read_question, zone_of
from bot.services.reporting.tables import COUNTS, TOTAL, counts, labels_of, names_of
from bot.services.requests.actions import Answer
from bot.services.requests.commands.call import Call, Verb
from bot.services.workspace.desk import Desk
from bot.slack.text import authored
from sla.report import Dimension, Report

DAYS = 30
_HOW = "`/sla report`, `/sla report by agent`, `/sla report from 2026-01-01 to 2026-01-31 by week`, `/sla report all`"
_SHOWN = 40
_LABEL = re.compile(r"[`\n\r]")


def _report(call: Call) -> Answer:
    try:
        question, about = _question(call)
    except BotError as error:
        return Answer(text=f"{authored(str(error), 300)} Such as {_HOW}.")
    found = report_of(call.conn, call.desk.workspace, question, call.now)
    if not found.groups:
        return Answer(text=f"No promises began {about}.")
    return Answer(text=f"*What became of promises, {about}*\n```\n{_drawn(call.desk, found)}\n```")


def _question(call: Call) -> tuple[Question, str]:
    """What is asked, and about which days; the last 30 where none are named."""
    words, said = [word for word in call.words if word.lower() != "all"], {"from": "", "to": "", "by": ""}
    rest = iter(words)
    for word in rest:
        if word.lower() not in said:
            raise BotError(f"{word!r} is no part of a report.")
        said[word.lower()] = next(rest, "")
    question = read_question(zone_of(call.desk.config), first=said["from"], last=said["to"], by=said["by"])
    if question.first_on or question.last_on:
        days = [f"{side} {said[side]}" for side in ("from", "to") if said[side]]
        return question, authored(" ".join(days), 60)
    if len(words) < len(call.words):
        return question, "since the beginning"
    return question.last_days(DAYS, call.now), f"in the last {DAYS} days"


def _drawn(desk: Desk, found: Report) -> str:
    """The table in columns of one width; inside of a code block nothing is a mention."""
    known = names_of(desk.config)

    def name(dimension: Dimension, value: str) -> str:
        return _LABEL.sub(" ", authored(known(dimension, value), 40))

    head = (" / ".join(found.by), *COUNTS)
    shown = [(" / ".join(labels_of(found.by, group.key, name)), *counts(group.figures)) for group in found.groups]
    lines = [head, *shown[:_SHOWN], (TOTAL, *counts(found.total))]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    drawn = [
        "  ".join(
            _cell(cell, width, place) for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    if len(shown) > _SHOWN:
        drawn.insert(-1, f"... and {len(shown) - _SHOWN} more: threadline report shows all")
    return "\n".join(drawn)


def _cell(cell: str, width: int, place: int) -> str:
    return cell.ljust(width) if place == 0 else cell.rjust(width)


VERBS = (Verb(name="report", run=_report, takes_long=True, help=f"{_HOW} how many promises were kept"),)
