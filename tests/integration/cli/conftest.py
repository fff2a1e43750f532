"""A folder to run commands in, and a Slack to run them against."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import Sandbox
from bot.sandbox.sample import furnish
from tests.support.processes import Ended, threadline

Run = Callable[..., Awaitable[Ended]]

CONFIG = """
admins: [U0BOSS]
agents: {user_groups: [S0SUPPORT], home_workspace: true}
alert_channel: C0TRIAGE
default_priority: normal
channels: {C0ACME: {}}
policies:
  - title: Standard
    targets: {normal: {hours: calendar, first_reply_time: 4h}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder, which the commands are run in."""
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs a command in the folder to its end."""

    async def run_command(*arguments: str, **more: str) -> Ended:
        return await threadline(*arguments, folder=folder, **more)

    return run_command


@dataclass(frozen=True)
class Slack:
    """A sandbox with the sample workspace, and what a bot needs to know about it."""

    sandbox: Sandbox
    installed: dict[str, Any]
    variables: dict[str, str]

    def without(self, name: str) -> dict[str, str]:
        """The environment without one of its variables."""
        return {key: value for key, value in self.variables.items() if key != name}


@pytest.fixture
async def slack(folder: Path) -> AsyncIterator[Slack]:
    """The sample workspace; the folder has a configuration for it."""
    sandbox = Sandbox(rate_limits=False)
    base = await sandbox.start()
    installed = furnish(sandbox)
    (folder / "threadline.yml").write_text(CONFIG, encoding="utf-8")
    variables = {
        "SLACK_API_URL": f"{base}/api/",
        "SLACK_BOT_TOKEN": installed["bot_token"],
        "SLACK_APP_TOKEN": installed["app_token"],
        "THREADLINE_LISTEN": "127.0.0.1:0",
    }
    yield Slack(sandbox=sandbox, installed=installed, variables=variables)
    await sandbox.stop()
