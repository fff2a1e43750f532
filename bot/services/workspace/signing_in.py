"""Signing in to the dashboard: a one-time link, told to one person, begins a session that only a cookie knows."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection

from store import audit, sessions
from store.audit import AuditEntry
from store.sessions import Session, SessionKind
from store.tokens import digest_of

LINK_FOR = timedelta(minutes=15)
SESSION_FOR = timedelta(hours=12)
AT_THE_MACHINE = "cli"
"""Who signs in by a link from the command line that names nobody."""


def make_link(conn: Connection, workspace: str, address: str, user: str | None, now: datetime) -> str:
    """A personal link that signs in once, within 15 minutes; `user` None is whoever works at the machine."""
    secret = secrets.token_urlsafe(32)
    sessions.begin(conn, _session(workspace, secret, SessionKind.LINK, user, (now, now + LINK_FOR)))
    return f"{address}/login/{secret}"


def sign_in(conn: Connection, workspace: str, secret: str, now: datetime) -> str | None:
    """Use a link up: the secret of the session that it begins; None for one that is used, too old or made up."""
    link = sessions.take(conn, workspace, digest_of(secret), now)
    if link is None:
        return None
    fresh = secrets.token_urlsafe(32)
    sessions.begin(conn, _session(workspace, fresh, SessionKind.SESSION, link.user_id, (now, now + SESSION_FOR)))
    who = link.user_id or AT_THE_MACHINE
    audit.record(conn, AuditEntry(workspace=workspace, at=now, who=who, action="signed_in"))
    return fresh


def session_of(conn: Connection, workspace: str, secret: str, now: datetime) -> Session | None:
    """The session that a cookie names, while it lasts."""
    return sessions.find(conn, workspace, digest_of(secret), SessionKind.SESSION, now)


def sign_out(conn: Connection, workspace: str, secret: str) -> None:
    """End a session."""
    sessions.end(conn, workspace, digest_of(secret))


def _session(
    workspace: str, secret: str, kind: SessionKind, user: str | None, lasts: tuple[datetime, datetime]
) -> Session:
    created_at, expires_at = lasts
    return Session(
        workspace=workspace,
        digest=digest_of(secret),
        kind=kind,
        user_id=user,
        created_at=created_at,
        expires_at=expires_at,
    )
