"""The Slack workspace of a fault run: customer channels, each with an alert channel of its own."""

import asyncio
import time
from pathlib import Path
from typing import Any

from bot.sandbox import Sandbox

CONFIG = """
admins: [U0ADA]
agents: {{users: [U0ADA, U0BEN], home_workspace: false}}
alert_channel: C0TRIAGE
default_priority: normal
channels:
  defaults: {{acknowledge: off, group_messages_within: off, unthreaded_replies: off, pleasantries: off}}
{channels}
intake: {{reactions: {{white_check_mark: solved}}}}
policies:
  - title: Twice
    filter: {{all: [{{field: channel, operator: is, value: C0DESK0}}]}}
    targets:
      normal: {{hours: calendar, first_reply_time: 15s, requester_wait_time: 20s}}
{loud_policies}
  - title: Quick
    targets:
      normal: {{hours: calendar, first_reply_time: 15s}}
routes:
  default: {{thresholds: {{"80%": [alert_channel], "0": [alert_channel, assignee]}}}}
{loud_routes}
"""
LOUD_POLICY = """
  - title: Loud in {desk}
    filter: {{all: [{{field: channel, operator: is, value: {desk}}}]}}
    route: {desk}
    targets:
      normal: {{hours: calendar, first_reply_time: 15s}}
"""
# A start reads the history of all channels, and more than twenty calls at once take their time, as Slack wants it.
DESKS = tuple(f"C0DESK{number}" for number in range(5))
# Their alerts are posts of their own in a third channel, those of the others are in the threads of their cards.
LOUD_DESKS = DESKS[3:]
AGENTS = ("U0ADA", "U0BEN")
CUSTOMERS = ("U0CARL", "U0DORA", "U0EMIL", "U0FAY")
APP, BOT = "A0SLA", "U0BOT"


def cards_of(desk: str) -> str:
    """The alert channel of a customer channel."""
    return desk.replace("DESK", "CARDS")


def alerts_of(desk: str) -> str:
    """Where the alerts about a customer channel are."""
    return desk.replace("DESK", "LOUD") if desk in LOUD_DESKS else cards_of(desk)


class SlackTime:
    """Real time, until it is moved on: then everything that Slack would repeat later is repeated at once."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        return time.time() + self._ahead

    async def sleep(self, seconds: float) -> None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                continue

    def move_on(self, seconds: float) -> None:
        self._ahead += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


def configure(folder: Path) -> None:
    """Write the configuration of the desk into a new folder."""
    folder.mkdir(parents=True)
    text = CONFIG.format(
        channels="\n".join(f"  {desk}: {{alert_channel: {cards_of(desk)}}}" for desk in DESKS),
        loud_policies="".join(LOUD_POLICY.format(desk=desk) for desk in LOUD_DESKS),
        loud_routes="\n".join(
            f'  {desk}: {{thresholds: {{"80%": [{alerts_of(desk)}], "0": [{alerts_of(desk)}]}}}}' for desk in LOUD_DESKS
        ),
    )
    (folder / "threadline.yml").write_text(text, encoding="utf-8")


def furnish(sandbox: Sandbox, *, socket_mode: bool) -> dict[str, Any]:
    """People and channels, and the app installed; its tokens and secrets."""
    build = sandbox.build
    build.workspace("Helpful Ltd", id="T0HOME", domain="helpful")
    for user in (*AGENTS, *CUSTOMERS):
        build.user("T0HOME", user.removeprefix("U0").lower(), id=user)
    app = build.app("Threadline", id=APP, socket_mode=socket_mode)
    installed: dict[str, Any] = build.install(APP, "T0HOME", bot_user=BOT)
    build.channel("T0HOME", "triage", id="C0TRIAGE", members=[*AGENTS, BOT])
    for desk in DESKS:
        build.channel("T0HOME", desk.lower(), id=desk, members=[*AGENTS, *CUSTOMERS, BOT])
        for channel in {cards_of(desk), alerts_of(desk)}:
            build.channel("T0HOME", channel.lower(), id=channel, members=[*AGENTS, BOT])
    return app | installed
