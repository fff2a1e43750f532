"""Slack exports for tests: a small support history, as a folder or as a zip file."""

import json
import zipfile
from pathlib import Path
from typing import Any

CHANNELS = [{"id": "C0ACME", "name": "acme"}, {"id": "C0GLOBEX", "name": "globex"}]
USERS = [
    {"id": "U0RITA", "name": "rita", "team_id": "T0HOME", "profile": {"display_name": "Rita"}},
    {"id": "U0ANA", "name": "ana", "team_id": "T0HOME"},
    {"id": "U0DEPLOY", "name": "deploys", "team_id": "T0HOME", "is_bot": True},
]
# Monday, 5 January 2026, nine o'clock UTC.
NINE = 1767603600


def said(minute: float, user: str, text: str, *, answers: float | None = None, **more: Any) -> dict[str, Any]:
    """A message so many minutes after nine, perhaps in the thread that was begun at another minute."""
    thread = {} if answers is None else {"thread_ts": ts(answers), "parent_user_id": "U0RITA"}
    return {"type": "message", "ts": ts(minute), "user": user, "text": text} | thread | more


def ts(minute: float) -> str:
    return f"{NINE + minute * 60:.0f}.000100"


ACME = [
    said(0, "U0RITA", "The export is empty", thread_ts=ts(0), reply_count=3),
    said(20, "U0ANA", "Which one?", answers=0),
    said(25, "U0RITA", "The weekly one", answers=0, edited={"user": "U0RITA", "ts": ts(26)}),
    said(205, "U0ANA", "It is back", answers=0, files=[{"name": "export.csv"}]),
    said(206, "U0DEPLOY", "Deployed", answers=0, bot_id="B0DEPLOY", subtype="bot_message"),
    said(1, "U0RITA", "", subtype="channel_join"),
]
GLOBEX = [said(30, "U0HANK", "I cannot log in")]
FILES: dict[str, Any] = {
    "channels.json": CHANNELS,
    "users.json": USERS,
    "acme/2026-01-05.json": ACME,
    "globex/2026-01-05.json": GLOBEX,
}

DESK = """
admins: [U0BOSS]
agents: {users: [U0ANA]}
alert_channel: C0TRIAGE
default_priority: normal
customers:
  acme: {name: Acme Inc, tier: enterprise, channels: [C0ACME]}
"""
CONFIG = (
    DESK
    + """
channels: {C0GLOBEX: {}}
policies:
  - title: Everybody
    targets: {normal: {hours: calendar, first_reply_time: 30m, next_reply_time: 1h}}
"""
)


def write_export(path: Path, files: dict[str, Any] | None = None) -> Path:
    """Write an export; a path that ends in .zip is a zip file, any other a folder."""
    contents = {name: _bytes(content) for name, content in (FILES if files is None else files).items()}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in contents.items():
                target.writestr(name, content)
        return path
    for name, content in contents.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()
