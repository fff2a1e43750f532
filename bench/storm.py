"""P8: ten thousand breaches at once over twenty alert channels, on the clock of the bot and its sandbox Slack."""

import asyncio
import json
import re
import tempfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

import structlog
from sqlalchemy import Connection as Transaction

from bench.result import Result
from bot.app import Threadline
from bot.clock import ManualClock
from bot.config.load import load_config
from bot.connection import Connection
from bot.demo.stage import SandboxTime
from bot.sandbox import Sandbox
from bot.services.alerting.alerts import ALERT, Alerted, alert_key
from store import instances, migrations, outbox, tickets
from store.engine import Database
from store.instances import InstanceRecord
from store.outbox import NewMessage
from store.tickets import TicketRecord

BREACHES, CHANNELS = 10_000, 20
_NOON = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)
_CONFIG = """
admins: [U0ANA]
alert_channel: C0ALARM0
default_priority: normal
policies:
  - {title: All, targets: {normal: {first_reply_time: 1h}}}
"""


def run() -> list[Result]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_storm(f"sqlite:///{Path(folder) / 'storm.db'}"))


async def _storm(url: str) -> list[Result]:
    migrations.upgrade(url)
    clock = ManualClock(_NOON)
    time = SandboxTime(clock)
    sandbox = Sandbox(clock=time)
    base = await sandbox.start()
    db = Database(url, virtual_clock=True)
    await db.open()
    bot = Threadline(_installed(sandbox, base), db=db, clock=clock, load=_config)
    try:
        await bot.start(workers=False)
        await db.write(partial(_breach, bot.desk().workspace))
        began = perf_counter()
        while (due_at := await bot.delivery.next_at()) is not None:
            clock.jump(due_at)
            time.jumped()
            await bot.delivery.drain()
        return _results(sandbox.read.calls(method="chat.postMessage"), perf_counter() - began)
    finally:
        await bot.stop()
        await db.close()
        await sandbox.stop()


def _config():
    return load_config(_CONFIG, source="storm.yml", today=date(2026, 1, 12))


def _installed(sandbox: Sandbox, base: str) -> Connection:
    build = sandbox.build
    build.workspace("Northwind", id="T0HOME")
    build.user("T0HOME", "ana", id="U0ANA", real_name="Ana", admin=True)
    scopes = ["channels:read", "channels:history", "chat:write", "users:read", "im:write", "groups:read"]
    app = build.app("Threadline", scopes=scopes, events=[], commands=[], socket_mode=False)
    installed = build.install(app["id"], "T0HOME", bot_user="U0THREAD")
    for number in range(CHANNELS):
        build.channel("T0HOME", f"alarm{number}", id=f"C0ALARM{number}", members=["U0THREAD", "U0ANA"])
    return Connection(
        bot_token=installed["bot_token"],
        app_token=None,
        signing_secret=installed["signing_secret"],
        api_url=f"{base}/api/",
        listen=("127.0.0.1", 0),
        secret=b"storm",
    )


def _breach(workspace: str, conn: Transaction) -> None:
    """What a tick leaves behind: the tickets, their missed instances, and an alert for each."""
    missed_at = _NOON - timedelta(milliseconds=1)
    alerted = Alerted(
        metric="first_reply_time",
        threshold="0",
        due_at=missed_at,
        breach_at=missed_at,
        breach=True,
        offset=timedelta(0),
        business_hours=False,
    )
    written = []
    for one in range(BREACHES):
        ticket = tickets.create(
            conn,
            TicketRecord(
                workspace=workspace,
                channel_id="C0CUSTOMER",
                thread_ts=f"1767614400.{one:06}",
                subject="Nothing works",
                customer=f"customer-{one % 300}",
                priority="normal",
                permalink=f"https://northwind.slack.com/archives/C0CUSTOMER/p1767614400{one:06}",
                last_event_at=_NOON,
                created_at=_NOON,
                updated_at=_NOON,
            ),
        )
        written.append((ticket.ticket_id, f"C0ALARM{one % CHANNELS}"))
    instances.upsert_many(conn, [_missed(workspace, ticket_id, missed_at) for ticket_id, _ in written])
    outbox.enqueue_many(
        conn,
        [
            NewMessage(
                workspace=workspace,
                key=alert_key(ticket_id, "first_reply_time", 1, "0", 1, channel),
                kind=ALERT,
                destination=channel,
                payload=alerted.payload(),
                created_at=_NOON,
                urgency=60,
                ticket_id=ticket_id,
                metric="first_reply_time",
                instance=1,
            )
            for ticket_id, channel in written
        ],
    )


def _missed(workspace: str, ticket_id: int, missed_at: datetime) -> InstanceRecord:
    return InstanceRecord(
        workspace=workspace,
        ticket_id=ticket_id,
        metric="first_reply_time",
        instance=1,
        stage="active",
        outcome="open",
        breached=True,
        activated_at=missed_at - timedelta(hours=1),
        breach_at=missed_at,
        breached_at=missed_at,
        target_seconds=3600,
    )


def _results(calls: list[dict], real_seconds: float) -> list[Result]:
    start = _NOON.timestamp()
    first: dict[str, float] = {}
    named: Counter[int] = Counter()
    named_by = 0.0
    for call in calls:
        after = call["at"] - start
        first.setdefault(call["args"]["channel"], after)
        if call["args"].get("thread_ts"):
            named.update(int(number) for number in re.findall(r"#(\d+)", json.dumps(call["args"]["text"])))
            named_by = max(named_by, after)
    refused = sum(not call["ok"] for call in calls)
    missing = BREACHES - sum(times == 1 for times in named.values())
    worked = f"{len(calls)} posts, {real_seconds:.0f} s of work"
    return [
        Result(
            goal="P8", what="seconds until every channel is informed", ratio=max(first.values()), limit=5, detail=worked
        ),
        Result(goal="P8", what="seconds until every ticket is named", ratio=named_by, limit=60, detail=worked),
        Result(goal="P8", what="tickets not named exactly once", ratio=missing, limit=0, detail=f"of {BREACHES}"),
        Result(goal="P8", what="posts that Slack refused (429)", ratio=refused, limit=0, detail=f"of {len(calls)}"),
    ]
