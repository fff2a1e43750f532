"""A support desk with very many open tickets, in an SQLite file and without Slack.

Some tickets are opened as the bot opens them; the others are copies of those, made by the database. So every row is one
that the program itself would have written, the engine's state included.
"""

import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.config.load import load_config
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk, Installation
from bot.services.workspace.opening import desk_of
from sla.events import Created
from sla.ticket import Role
from store import migrations, workspaces
from store import rules as versions
from store.sqlite import writing_engine
from store.tickets import TicketRecord
from store.urls import parse_url
from store.workspaces import Workspace

TEAM = "T0HOME"
PROMISES = 4
_CONFIG = """
admins: [U0ADA]
alert_channel: C0TRIAGE
default_priority: normal
default_schedule: office
customers:
  quick: {name: Quick, tier: gold, channels: [C0QUICK]}
channels:
  defaults: {acknowledge: off}
DESKS
schedules:
  office:
    time_zone: America/New_York
    hours: {mon-fri: "09:00-17:00"}
policies:
  - title: Gold
    filter: {all: [{field: customer_tier, operator: is, value: gold}]}
    route: late
    targets: {normal: {hours: calendar, first_reply_time: 1h}}
  - title: Everybody
    targets:
      normal:
        hours: business
        first_reply_time: 60h
        requester_wait_time: 100h
        agent_work_time: 100h
        total_resolution_time: 160h
routes:
  default: {thresholds: {"80%": [alert_channel], "0": [alert_channel, assignee]}}
  late: {thresholds: {"0": [alert_channel]}}
"""
CONFIG = _CONFIG.replace("DESKS", "\n".join(f"  C0DESK{number}: {{}}" for number in range(8)))


def open_world(path: Path, now: datetime) -> Desk:
    """Make the file, with the configuration's first version in force."""
    url = parse_url(f"sqlite:///{path}")
    migrations.upgrade(url)
    config = load_config(CONFIG, source="world.yml", today=date(2026, 1, 1))

    def begin(conn: Connection) -> Desk:
        workspaces.save(conn, Workspace(workspace=TEAM, name="Helpful Ltd"))
        number = versions.save_version(conn, TEAM, dict(config.document), now)
        stored = versions.load(conn, TEAM, number)
        assert stored is not None
        installation = Installation(
            workspace=TEAM, name="Helpful Ltd", url="https://helpful.slack.com/", bot_user="U0BOT", bot_id="B0BOT"
        )
        return desk_of(installation, stored)

    return in_bulk(path, begin)


def in_bulk(path: Path, unit):
    """Run a unit in one transaction."""
    engine = writing_engine(parse_url(f"sqlite:///{path}"))
    try:
        with engine.begin() as conn:
            return unit(conn)
    finally:
        engine.dispose()


def open_ticket(conn: Connection, desk: Desk, number: int, at: datetime, *, channel: str = "C0CUSTOMER") -> int:
    """Open a ticket as an incoming message does."""
    customer = desk.config.customer_of(channel, "")
    ts = f"{at.timestamp():.0f}.{number:06}"
    ticket = TicketRecord(
        workspace=TEAM,
        channel_id=channel,
        thread_ts=ts,
        subject="The export of last month's invoices stops halfway, and the customer is waiting for it.",
        customer=customer.key if customer else None,
        customer_tier=customer.tier if customer else None,
        requester="U0CUST",
        permalink=desk.installation.permalink(channel, ts),
        last_event_at=at,
        created_at=at,
        updated_at=at,
    )
    created = Created(at=at, by=Role.END_USER, user="U0CUST", text=ticket.subject, id=f"{channel}:{ts}")
    return ticketing.open_ticket(conn, desk, ticket, Entry(key=f"{channel}:{ts}", event=created), at)


def copy_tickets(path: Path, first: int, last: int, copies: int) -> None:
    """Copy the tickets with these numbers, their events and their instances, that many times; cards are forgotten."""
    size = last - first + 1
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -400000")
        begin = 1 + conn.execute("SELECT max(ticket_id) FROM ticket").fetchone()[0] - first
        numbers = f"WITH RECURSIVE copy(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies - 1})"
        number = f"(original.ticket_id + {begin} + {size} * copy.n)"
        named = """'"id":"' || original.ticket_id || '"', '"id":"' || """ + number + """ || '"'"""
        changed = {
            "ticket_id": number,
            "state": f"replace(original.state, {named})",
            "thread_ts": f"original.thread_ts || '-' || {number}",
            "key": f"original.key || '-' || {number}",
        }
        for table in ("ticket", "ticket_event", "metric_instance"):
            columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(changed.get(name, f'original."{name}"') for name in columns)
            names = ", ".join(f'"{name}"' for name in columns)
            conn.execute(
                f"{numbers} INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS original, copy "
                "WHERE original.workspace = ? AND original.ticket_id BETWEEN ? AND ?",
                (TEAM, first, last),
            )
        conn.execute("DELETE FROM outbox")
        conn.commit()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
