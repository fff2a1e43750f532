"""P13: what `threadline import slack-export` holds in memory while it takes a hundred thousand messages, and how fast.

The export is a zip file of eight channels over 250 working days, every conversation a question and four answers. The
import is the command itself, in a process of its own on an SQLite file.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from bench.result import Result

MESSAGES, CHANNELS, DAYS = 100_000, 8, 250
_A_DAY = MESSAGES // CHANNELS // DAYS
_FIRST = datetime(2025, 1, 6, 9, tzinfo=UTC)
_TEXT = "The export of last month's invoices stops halfway, and the customer is waiting for it. " * 2
_CONFIG = """
admins: [U0ADA]
alert_channel: C0TRIAGE
default_priority: normal
default_schedule: office
schedules: {office: {time_zone: America/New_York, hours: {mon-fri: "09:00-17:00"}}}
policies:
  - title: Everybody
    targets: {normal: {hours: business, first_reply_time: 1h, next_reply_time: 2h, requester_wait_time: 8h}}
"""


def write_export(path: Path) -> None:
    """Write the export, a day of a channel at a time."""
    users = [{"id": "U0ADA", "name": "ada"}, *({"id": f"U0CUST{one}", "name": f"cust{one}"} for one in range(100))]
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "channels.json", json.dumps([{"id": f"C{one}", "name": f"desk{one}"} for one in range(CHANNELS)])
        )
        archive.writestr("users.json", json.dumps(users))
        for day in range(DAYS):
            at = _FIRST + timedelta(days=day + 2 * (day // 5))
            for channel in range(CHANNELS):
                archive.writestr(f"desk{channel}/{at:%Y-%m-%d}.json", json.dumps(_day(at, channel)))


def _day(at: datetime, channel: int) -> list[dict[str, Any]]:
    """Conversations of five messages, a quarter of an hour apart from each other."""
    told = []
    for number in range(_A_DAY):
        conversation, turn = divmod(number, 5)
        asked = at + timedelta(minutes=15 * conversation, seconds=channel)
        customer = f"U0CUST{(conversation * CHANNELS + channel) % 100}"
        thread = f"{asked.timestamp():.6f}"
        said = {"type": "message", "text": _TEXT, "user": "U0ADA" if turn % 2 else customer, "thread_ts": thread}
        told.append(said | {"ts": f"{asked.timestamp() + 1201 * turn:.6f}"})
    return told


def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="threadline-bench-", dir=Path.cwd()) as name:
        folder = Path(name)
        (folder / "threadline.yml").write_text(_CONFIG, encoding="utf-8")
        write_export(folder / "export.zip")
        command = [sys.executable, "-m", "bot", "import", "slack-export", "export.zip", "--agents", "U0ADA"]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])}
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - began
        assert process.returncode == 0, "the import has failed"
        size = (folder / "threadline.db").stat().st_size / 1024**2
    return [
        Result(
            goal="P13",
            what=f"MB that importing {MESSAGES:,} messages holds at most",
            ratio=used.ru_maxrss / 1024,
            limit=300,
            detail=f"{took:.0f} s, {MESSAGES / took:,.0f} messages/s; a database of {size:.0f} MB",
        )
    ]
