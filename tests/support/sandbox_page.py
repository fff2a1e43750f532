"""The workspace that the sandbox page's tests look at, and how they find their way in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, Page

from bot.sandbox import ManualClock, Sandbox
from tests.support.tiny_app import TinyApp

NINE_ON_FRIDAY = 1_795_165_200.0  # 2026-11-20 09:00 UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A sandbox with two companies, a shared channel and a small app."""

    sandbox: Sandbox
    clock: ManualClock
    base: str
    app: TinyApp

    def address(self, user: str, place: str, detail: str = "") -> str:
        """Where a person looks at a channel (and a thread in it), or at an app."""
        return f"{self.base}/#" + "/".join(part for part in (user, place, detail) if part)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """Helpful Ltd supports Acme Inc: Anna and Ben answer, Carl asks."""
    clock = ManualClock(NINE_ON_FRIDAY)
    sandbox = Sandbox(clock=clock, rate_limits=False)
    base = await sandbox.start()
    app = TinyApp()
    await _furnish(sandbox, app, base)
    yield Desk(sandbox=sandbox, clock=clock, base=base, app=app)
    await sandbox.stop()
    await app.stop()


async def _furnish(sandbox: Sandbox, app: TinyApp, base: str) -> None:
    build = sandbox.build
    build.workspace("Helpful Ltd", id="T0HOME")
    build.workspace("Acme Inc", id="T0ACME")
    build.user("T0HOME", "anna", id="U0ANNA", real_name="Anna Berg")
    build.user("T0HOME", "ben", id="U0BEN", real_name="Ben Okafor")
    build.user("T0ACME", "carl", id="U0CARL", real_name="Carl Weber")
    build.user_group("T0HOME", "support", id="S0SUPPORT", users=["U0ANNA", "U0BEN"])
    build.app(
        "Threadline",
        id="A0SLA",
        commands=["/sla"],
        shortcuts=[{"name": "Set priority", "callback_id": "priority"}],
    )
    bot = build.install("A0SLA", "T0HOME", bot_user="U0BOT")
    app.client.token, app.client.base_url = bot["bot_token"], f"{base}/api/"
    await build.request_url("A0SLA", await app.start())
    inside = ["U0ANNA", "U0BEN", "U0BOT"]
    build.channel("T0HOME", "general", id="C0GENERAL", members=inside)
    build.channel("T0HOME", "triage", id="C0TRIAGE", members=inside)
    build.channel("T0HOME", "acme", id="C0ACME", shared_with=["T0ACME"], members=[*inside, "U0CARL"])


def message(page: Page, text: str) -> Locator:
    """The message in the middle column that contains a text."""
    return page.locator("#main article.message", has_text=text)


def writing(page: Page, label: str) -> Locator:
    """The field for a new message, or for a reply."""
    return page.get_by_role("textbox", name=label)


async def say(page: Page, label: str, text: str) -> None:
    """Type a message and send it with Enter."""
    field = writing(page, label)
    await field.fill(text)
    await field.press("Escape")
    await field.press("Enter")


async def choose_from_menu(page: Page, found: Locator, entry: str) -> None:
    """Open a message's menu and choose an entry."""
    await found.hover()
    await found.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name=entry).click()
