"""The answer to a question about promises: figures, and the rows that they are traced to."""

from datetime import datetime

from sqlalchemy import Connection

from bot.services.reporting.asking import Question
from bot.services.reporting.rolling_up import report_from_days
from sla.report import Measured, Report, report, selected
from store import reports


def rows_of(conn: Connection, workspace: str, question: Question, now: datetime) -> list[Measured]:
    """The rows that a question is about, oldest first."""
    rows = reports.measured(conn, workspace, question.span, now)
    return selected(rows, question.where, question.zone) if question.where else rows


def report_of(conn: Connection, workspace: str, question: Question, now: datetime) -> Report:
    """The figures that a question asks for; those of days are read where they are kept."""
    kept = report_from_days(conn, workspace, question, now)
    return kept if kept is not None else report(rows_of(conn, workspace, question, now), question.by, question.zone)
