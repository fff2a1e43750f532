"""Conversations made up from a seed, and what the bot makes of them, told so that it can be compared."""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.slack.history import format_ts
from tests.support.desk import CONFIG, MONDAY, Desk

# Nothing here depends on what lies only minutes apart, which an engine that folds by time cannot decide.
PLAIN = CONFIG.replace(
    "channels:\n",
    "channels:\n  defaults: {group_messages_within: off, unthreaded_replies: off, pleasantries: off}\n",
)
_PEOPLE = {"C0ACME": ("U0RITA", "U0SAM"), "C0GLOBEX": ("U0HANK",), "C0HELP": ("U0MILTON",)}
_AGENTS = ("U0ANA", "U0BEN", "U0CLEO")
_WORDS = ("The export is empty", "production down, please help", "Which one?", "Here is the log", "It is back again")


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody writes a message, or edits the message ``ts``."""

    at: datetime
    channel: str
    user: str
    text: str
    ts: str
    thread: str = ""
    broadcast: bool = False
    edits: bool = False


def made_up(seed: int, count: int = 40) -> list[Line]:
    """A working day and a half of talk: questions, answers, threads that agents begin, edits."""
    chance = random.Random(seed)
    at, lines = MONDAY + timedelta(minutes=5), []
    for number in range(count):
        at += timedelta(minutes=chance.randint(2, 40), microseconds=chance.randint(1, 999_999))
        channel = chance.choice(list(_PEOPLE))
        own = [line for line in lines if line.channel == channel and not line.edits]
        text = f"{chance.choice(_WORDS)} ({number})"
        if own and chance.random() < 0.15:
            line = chance.choice(own)
            # The words that a trigger looks for stay: of a text that was edited, history knows the last version only.
            lines.append(Line(at, channel, line.user, f"{line.text}, I mean", line.ts, edits=True))
            continue
        customer = chance.random() < 0.55
        user = chance.choice(_PEOPLE[channel] if customer else _AGENTS)
        roots = [line.ts for line in own if not line.thread]
        thread = chance.choice(roots) if roots and chance.random() < 0.7 else ""
        broadcast = bool(thread) and chance.random() < 0.1
        lines.append(Line(at, channel, user, text, format_ts(at), thread, broadcast))
    return lines


def say(desk: Desk, line: Line) -> None:
    """Do in the sandbox what a line says, at its own time."""
    desk.stage.jump(line.at)
    if line.edits:
        desk.sandbox.act.edit(line.channel, line.user, line.ts, line.text)
        return
    desk.sandbox.act.post(
        line.channel, line.user, line.text, thread_ts=line.thread, broadcast=line.broadcast, ts=line.ts
    )


_TICKETS = """SELECT channel_id || ':' || thread_ts AS name, status, priority, requester, assignee, subject, tags,
policy FROM ticket ORDER BY name"""
_EVENTS = """SELECT t.channel_id || ':' || t.thread_ts AS name, e.key, e.type, e.at, e.actor, e.body
FROM ticket_event e JOIN ticket t USING (workspace, ticket_id)
WHERE e.type IN ('created', 'comment') ORDER BY name, e.at, e.key"""
_INSTANCES = """SELECT t.channel_id || ':' || t.thread_ts AS name, i.metric, i.instance, i.stage, i.outcome, i.breached,
i.activated_at, i.fulfilled_at, i.breach_at, i.breached_at, i.target_seconds, i.policy
FROM metric_instance i JOIN ticket t USING (workspace, ticket_id) ORDER BY name, i.metric, i.instance"""


async def outcome(desk: Desk) -> str:
    """The tickets, comments and promises, as JSON; tickets are named by their thread, whatever number they have.

    What is kept of words that were edited since is left out: history no longer has them. So is when that was: an edit
    that says the same once more is no news, and who reads history does not see it.
    """

    def rows(conn: Any, query: str) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in conn.exec_driver_sql(query)]

    def read(conn: Any) -> dict[str, Any]:
        comments = [row | {"body": _as_it_reads_now(row["body"])} for row in rows(conn, _EVENTS)]
        return {"tickets": rows(conn, _TICKETS), "comments": comments, "promises": rows(conn, _INSTANCES)}

    return json.dumps(await desk.bot.db.read(read), indent=1)


def _as_it_reads_now(body: str) -> dict[str, Any]:
    return {name: value for name, value in json.loads(body).items() if name not in {"meant", "edited_at"}}
