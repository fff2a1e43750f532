"""What people see and do in App Home and in the modals of the set-up."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from tests.support.desk import Desk

_DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")


async def open_home(desk: Desk, user: str) -> str:
    """Somebody opens the app; everything that its home shows, "" when it shows nothing."""
    desk.sandbox.ui.open_home(user, desk.stage.world.app)
    await desk.pass_time(seconds=1)
    return shown(desk, user)


def view(desk: Desk, user: str) -> dict[str, Any] | None:
    """The home as it was published, None if it never was."""
    found: dict[str, Any] | None = desk.sandbox.read.home(user, desk.stage.world.app)
    return found


def shown(desk: Desk, user: str) -> str:
    """Everything that somebody's home shows, a block on a line or several."""
    published = view(desk, user)
    return "" if published is None else "\n".join(text_of(block) for block in published["blocks"])


def modal_of(desk: Desk, user: str) -> dict[str, Any]:
    """The modal that somebody has open."""
    (opened,) = [one for one in desk.sandbox.read.views(user=user) if one["type"] == "modal"]
    return dict(opened)


def modal_text(desk: Desk, user: str) -> str:
    """Everything that the modal shows."""
    return "\n".join(text_of(block) for block in modal_of(desk, user)["blocks"])


async def press(desk: Desk, user: str, action: str, value: str | None = None) -> None:
    """Somebody presses a button in their home."""
    published = view(desk, user)
    assert published is not None
    await desk.sandbox.ui.click_view(user, published["id"], action, value=value)
    await desk.pass_time(seconds=1)


async def choose(desk: Desk, user: str, action: str, value: str) -> None:
    """Somebody chooses in a menu of their home."""
    published = view(desk, user)
    assert published is not None
    await desk.sandbox.ui.choose_view(user, published["id"], action, value)
    await desk.pass_time(seconds=1)


async def submit(desk: Desk, user: str, **values: Any) -> dict[str, Any]:
    """Somebody fills in the modal and submits it."""
    given = {block_id.replace("__", "/"): value for block_id, value in values.items()}
    answer = await desk.sandbox.ui.submit(user, modal_of(desk, user)["id"], values=given)
    await desk.pass_time(seconds=1)
    return dict(answer)


async def forged(desk: Desk, user: str, payload: dict[str, Any], *, team: str = "T0HOME") -> dict[str, Any]:
    """Slack passes on, signed, what somebody's client has made up; what the bot answers."""
    whole = {"team": {"id": "T0HOME"}, "user": {"id": user, "team_id": team}, "trigger_id": f"1.2.{user}"} | payload
    body = urlencode({"payload": json.dumps(whole)})
    stamp = str(int(time.time()))
    secret = desk.stage.world.signing_secret
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": str(signature),
    }
    address = f"{desk.bot.address}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(address, data=body, headers=headers) as answer:
        assert answer.status == 200
        text = await answer.text()
    await desk.pass_time(seconds=10)
    return dict(json.loads(text)) if text else {}


async def forged_action(desk: Desk, user: str, action: dict[str, Any], *, team: str = "T0HOME") -> None:
    """The same, of a button or a menu."""
    stamped = action | {"action_ts": f"{desk.now.timestamp():.6f}"}
    await forged(desk, user, {"type": "block_actions", "actions": [stamped]}, team=team)


async def forged_form(
    desk: Desk, user: str, callback: str, memory: str, values: dict[str, Any], *, team: str = "T0HOME"
) -> dict[str, Any]:
    """The same, of a submitted modal."""
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": callback,
        "private_metadata": memory,
        "state": {"values": values},
    }
    return await forged(desk, user, {"type": "view_submission", "view": view}, team=team)


def text_of(block: Any) -> str:
    """What a block shows: texts, dates in UTC, people and channels as their ids, labels in brackets."""
    return _DATE.sub(r"\1", "".join(_parts(block)))


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _parts(one)
        return
    if not isinstance(value, dict):
        return
    match value.get("type"):
        case "button":
            yield f" [{value['text']['text']}]"
        case "static_select" | "multi_static_select" | "conversations_select" | "users_select" | "multi_users_select":
            yield f" [{value['placeholder']['text']}]"
        case "user":
            yield str(value["user_id"])
        case "date":
            yield str(value["fallback"])
        case "input":
            yield f"{value['label']['text']}:"
            yield from _parts(value["element"])
        case _:
            if isinstance(value.get("text"), str):
                yield value["text"]
            for one in value.values():
                yield from _parts(one)
