"""What is stored of all tickets in the end, in words that do not depend on when or how we learned of it."""

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, text

# Tickets are named by the message that opened them: their numbers are given in the order of arrival. A number of which
# nothing is left was given to a message that turned out to belong to an older ticket.
#
# Left out everywhere: the ticket's number, and when and how we learned of something (`updated_at`, `recorded_at`,
# `source`, `seq`, `event_id`, `synced_ts`). Left out of tickets: the card and where its permalink was drawn. Left out
# of instances: what the tick keeps for itself and whom it has told (`next_at`, `sent`, `attempts`: who was alarmed
# before the news came was alarmed), and the time elapsed so far of what is still open, which grows with every look.
# Left out of the engine's state: its number of the ticket.
_QUERIES = {
    "tickets": """SELECT o.key AS name, t.channel_id, t.thread_ts, t.channel_kind, t.customer, t.customer_tier,
        t.requester, t.requester_tags, t.subject, t.status, t.priority, t.assignee, t.group_name, t.ticket_type, t.tags,
        t.fields, t.via, t.schedule, t.permalink, t.policy, t.group_policy, t.rules_version, t.next_breach_at,
        t.last_event_at, t.created_at, t.solved_at, t.not_a_ticket, t.state
        FROM ticket t JOIN ticket_event o ON o.ticket_id = t.ticket_id AND o.type = 'created'""",
    "conversations": """SELECT o.key AS name, c.channel_id, c.thread_ts, c.opened_by, c.opened_by_customer, c.opened_at
        FROM conversation c JOIN ticket_event o ON o.ticket_id = c.ticket_id AND o.type = 'created'""",
    "events": """SELECT o.key AS name, e.key, e.at, e.type, e.actor, e.body, e.thread_ts
        FROM ticket_event e JOIN ticket_event o ON o.ticket_id = e.ticket_id AND o.type = 'created'""",
    "instances": """SELECT o.key AS name, i.metric, i.instance, i.stage, i.outcome, i.breached, i.without_reply,
        i.activated_at, i.fulfilled_at, i.breach_at, i.breached_at, i.target_seconds, i.business_hours, i.policy,
        i.rules_version, CASE WHEN i.outcome = 'open' THEN '' ELSE i.elapsed END AS elapsed
        FROM metric_instance i JOIN ticket_event o ON o.ticket_id = i.ticket_id AND o.type = 'created'""",
    "log": """SELECT o.key AS name, m.metric, m.instance, m.type, m.at, m.body, m.superseded
        FROM metric_event m JOIN ticket_event o ON o.ticket_id = m.ticket_id AND o.type = 'created'
        WHERE m.deleted = FALSE""",
}


Portrait = dict[str, list[str]]


def portrait(conn: Connection) -> Portrait:
    """The rows of each kind, each as JSON, sorted."""
    return {kind: sorted(map(_row, conn.execute(text(query)).mappings())) for kind, query in _QUERIES.items()}


def without_first_words(drawn: Portrait) -> Portrait:
    """A portrait without what is kept of words that were edited since: history no longer has them."""

    def without(row: str) -> str:
        values = json.loads(row)
        body = json.loads(values["body"])
        return json.dumps(values | {"body": {name: one for name, one in body.items() if name != "meant"}})

    return drawn | {"events": sorted(map(without, drawn["events"]))}


def digest(drawn: Portrait) -> str:
    """The portrait in sixty-four characters."""
    return hashlib.sha256(json.dumps(drawn).encode()).hexdigest()


def _row(row: Any) -> str:
    values = dict(row)
    if "state" in values:
        state = json.loads(values["state"])
        engine = state["engine"]
        values["state"] = engine | {"ticket": {key: one for key, one in engine["ticket"].items() if key != "id"}}
    return json.dumps(values, default=str, sort_keys=True)


def differences(one: dict[str, list[str]], other: Portrait) -> str:
    """What is in only one of two portraits, the first lines of each kind."""
    lines = []
    for kind, rows in one.items():
        for sign, here, there in (("-", rows, other[kind]), ("+", other[kind], rows)):
            known = set(there)
            missing = [row for row in here if row not in known]
            lines += [f"{kind} {sign} ({len(missing)} rows)"] * bool(missing)
            lines += [f"  {sign} {row}" for row in missing[:6]]
    return "\n".join(lines)
