"""The sample workspace in a sandbox, and `threadline run` for it on a machine of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox import Sandbox
from bot.sandbox.clock import Clock, RealClock
from bot.sandbox.sample import furnish
from tests.outages.machine import Machine, running
from tests.support.processes import free_port, until

CONFIG = """
admins: [U0BOSS]
agents: {user_groups: [S0SUPPORT], home_workspace: true}
alert_channel: C0TRIAGE
default_priority: normal
channels: {C0ACME: {group_messages_within: off, acknowledge: off}}
triggers:
  - when: {any: [{field: text, operator: includes, value: "at once"}]}
    set: {priority: urgent}
policies:
  - title: Standard
    targets:
      normal: {hours: calendar, first_reply_time: 30m}
      urgent: {hours: calendar, first_reply_time: 15s}
routes:
  default: {thresholds: {"0": [alert_channel]}}
"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A machine that runs the bot, and a Slack whose clock nobody touches."""

    sandbox: Sandbox
    machine: Machine

    def ask(self, text: str) -> str:
        return str(self.sandbox.act.post("C0ACME", "U0CARL", text)["ts"])

    def answer(self, thread: str) -> None:
        self.sandbox.act.post("C0ACME", "U0BEN", "It is full again.", thread_ts=thread)

    def deliveries(self, text: str) -> list[dict[str, Any]]:
        """What became of Slack's attempts to tell of a message."""
        told = self.sandbox.read.deliveries(type="message")
        return [one for one in told if one["payload"]["event"].get("text") == text]

    @property
    def alerts(self) -> list[str]:
        posted = (one["text"] for one in self.sandbox.read.messages("C0TRIAGE") if one.get("app_id"))
        return [text for text in posted if text.startswith("First reply missed")]

    @property
    def cards(self) -> int:
        posted = (one for one in self.sandbox.read.messages("C0TRIAGE") if one.get("app_id"))
        return sum(any(block["type"] == "actions" for block in one.get("blocks", ())) for one in posted)


@asynccontextmanager
async def opened(
    folder: Path, *, socket_mode: bool = False, time: Clock | None = None, **variables: str
) -> AsyncIterator[Scene]:
    """The scene; in the end the bot stops cleanly."""
    sandbox = Sandbox(clock=time or RealClock(), rate_limits=False)
    base = await sandbox.start()
    try:
        installed = furnish(sandbox, socket_mode=socket_mode)
        (folder / "threadline.yml").write_text(CONFIG, encoding="utf-8")
        port = free_port()
        how = "SLACK_APP_TOKEN" if socket_mode else "SLACK_SIGNING_SECRET"
        own = {
            "SLACK_API_URL": f"{base}/api/",
            "SLACK_BOT_TOKEN": installed["bot_token"],
            how: installed["app_token" if socket_mode else "signing_secret"],
            "THREADLINE_LISTEN": f"127.0.0.1:{port}",
        }
        async with running(folder, **own, **variables) as machine:
            await until(lambda: machine.has_said("Threadline runs for"))
            if not socket_mode:
                await sandbox.build.request_url("A0SLA", f"http://127.0.0.1:{port}/slack/events")
            yield Scene(sandbox=sandbox, machine=machine)
            assert await machine.end() == 0
    finally:
        await sandbox.stop()
