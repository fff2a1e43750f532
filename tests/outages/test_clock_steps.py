"""Somebody sets the machine's clock by an hour: no promise is called broken that is not, and none is overlooked."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
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
HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A machine that runs the bot, and a Slack whose clock nobody touches."""

    sandbox: Sandbox
    machine: Machine

    def ask(self, text: str) -> str:
        return str(self.sandbox.act.post("C0ACME", "U0CARL", text)["ts"])

    def answer(self, thread: str) -> None:
        self.sandbox.act.post("C0ACME", "U0BEN", "It is full again.", thread_ts=thread)

    @property
    def alerts(self) -> list[str]:
        posted = (one["text"] for one in self.sandbox.read.messages("C0TRIAGE") if one.get("app_id"))
        return [text for text in posted if text.startswith("First reply missed")]

    @property
    def cards(self) -> int:
        posted = (one for one in self.sandbox.read.messages("C0TRIAGE") if one.get("app_id"))
        return sum(any(block["type"] == "actions" for block in one.get("blocks", ())) for one in posted)


@pytest.fixture
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    socket_mode = request.param == "Socket Mode"
    sandbox = Sandbox(rate_limits=False)
    base = await sandbox.start()
    installed = furnish(sandbox, socket_mode=socket_mode)
    try:
        (tmp_path / "threadline.yml").write_text(CONFIG, encoding="utf-8")
        port = free_port()
        how = "SLACK_APP_TOKEN" if socket_mode else "SLACK_SIGNING_SECRET"
        variables = {
            "SLACK_API_URL": f"{base}/api/",
            "SLACK_BOT_TOKEN": installed["bot_token"],
            how: installed["app_token" if socket_mode else "signing_secret"],
            "THREADLINE_LISTEN": f"127.0.0.1:{port}",
        }
        async with running(tmp_path, **variables) as machine:
            await until(lambda: machine.has_said("Threadline runs for"))
            if not socket_mode:
                await sandbox.build.request_url("A0SLA", f"http://127.0.0.1:{port}/slack/events")
            yield Scene(sandbox=sandbox, machine=machine)
            assert await machine.end() == 0
            assert "Traceback" not in machine.said
    finally:
        await sandbox.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scene", "step"),
    [("signed HTTP", HOUR), ("Socket Mode", -HOUR)],
    ids=["an hour forward", "an hour back"],
    indirect=["scene"],
)
async def test_a_clock_that_is_set_by_an_hour_breaks_no_promise_and_hides_none(scene: Scene, step: int):
    scene.ask("The export is empty")
    await until(lambda: scene.cards == 1)
    scene.machine.set_clock(step)
    answered = scene.ask("I need this at once")
    await until(lambda: scene.cards == 2)
    scene.answer(answered)
    scene.ask("And this at once, too")
    await until(lambda: scene.alerts)
    assert named(scene.alerts) == ["3"]
    assert scene.machine.has_said("clock.was_set")

    scene.machine.set_clock(0)
    scene.ask("This at once as well")
    await until(lambda: len(scene.alerts) == 2)
    assert named(scene.alerts) == ["3", "4"]
    assert "late" not in " ".join(scene.alerts)


def named(alerts: list[str]) -> list[str]:
    """The numbers of the tickets that alerts are about."""
    return [text.partition("#")[2].split()[0] for text in alerts]
