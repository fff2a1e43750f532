"""Health: whether the program is well, in figures that a person can act on."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.http.dashboard.visit import Shown, Visit
from bot.services.workspace import overview
from bot.slack.wording import span
from store import workspaces
from store.workspaces import WorkspaceState


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page."""
    view = overview.status_view(conn, visit.desk, visit.now, ticked_at=None, name_of=visit.name_of)
    figures = overview.figures(conn, visit.desk.workspace, visit.now)
    known = workspaces.get(conn, visit.desk.workspace)
    facts = [
        ("Slack", "its token no longer works" if figures.workspace_dead else "the token works", figures.workspace_dead),
        ("Last tick", visit.tick_age, False),
        ("What is due waits for", span_of(figures.overdue_seconds), figures.overdue_seconds > 60),
        ("Inbox waiting", str(view.inbox_pending), False),
        ("Inbox set aside", str(view.inbox_quarantined), view.inbox_quarantined > 0),
        ("Outbox waiting", str(view.outbox_waiting), False),
        ("Outbox failed", str(view.outbox_failed), view.outbox_failed > 0),
        ("Database", conn.dialect.name, False),
        ("Configuration", f"version {visit.desk.rules_version}", False),
    ]
    alive = known is None or known.state == WorkspaceState.ACTIVE
    return Shown("health.html", {"facts": facts, "is_well": alive and not any(bad for _, _, bad in facts)})


def span_of(seconds: float) -> str:
    """How long something waits, in words."""
    return span(timedelta(seconds=seconds)) if seconds >= 1 else "nothing"
