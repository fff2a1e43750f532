"""Health: whether the program is well, in figures that a person can act on."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.http.dashboard.visit import Shown, Visit
from bot.services.workspace import overview
from bot.slack.wording import span
from store import workspaces
from store.inbox import InboxState
from store.outbox import OutboxState
from store.workspaces import WorkspaceState


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page."""
    figures = overview.figures(conn, visit.desk.workspace, visit.now)
    set_aside, failed = figures.inbox[InboxState.QUARANTINED], figures.outbox[OutboxState.FAILED]
    known = workspaces.get(conn, visit.desk.workspace)
    facts = [
        ("Slack", "its token no longer works" if figures.workspace_dead else "the token works", figures.workspace_dead),
        ("Last tick", visit.tick_age, False),
        ("What is due waits for", span_of(figures.overdue_seconds), figures.overdue_seconds > 60),
        ("Inbox waiting", str(figures.inbox[InboxState.PENDING]), False),
        ("Inbox set aside", str(set_aside), set_aside > 0),
        ("Outbox waiting", str(sum(figures.outbox[state] for state in overview.WAITING)), False),
        ("Outbox failed", str(failed), failed > 0),
        ("Database", conn.dialect.name, False),
        ("Configuration", f"version {visit.desk.rules_version}", False),
    ]
    alive = known is None or known.state == WorkspaceState.ACTIVE
    return Shown("health.html", {"facts": facts, "is_well": alive and not any(bad for _, _, bad in facts)})


def span_of(seconds: float) -> str:
    """How long something waits, in words."""
    return span(timedelta(seconds=seconds)) if seconds >= 1 else "nothing"
