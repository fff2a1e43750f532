"""Whatever arrives, the sandbox answers like Slack: never a crash."""

import json
import random

import aiohttp
import pytest

from bot.sandbox.web_api.methods import METHODS
from tests.contract.scene import Receiver, Scene

NASTY = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    " ",
    "x" * 5000,
    "\u0000",
    "\ud800",
    "²",
    "9" * 5000,
    "null",
    "[]",
    "{}",
    '[{"type": "section"}]',
    [],
    {},
    [None],
    [[]],
    [{}],
    {"type": "modal"},
    {"type": "modal", "title": 1, "blocks": [None]},
    {"type": "home", "blocks": [{"type": "actions", "elements": [{"type": "static_select", "options": [1]}]}]},
    [{"type": "section", "text": None, "accessory": []}],
    [{"type": "input", "element": {"type": "checkboxes", "options": [{}], "initial_options": 5}, "label": {}}],
    [{"type": "data_table", "rows": 5}, {"type": "data_visualization", "chart": {"type": "bar", "series": [1]}}],
    {"event_type": 7, "event_payload": []},
    "C0HELP",
    "C0ACME",
    "U0ADA",
    "U0CARL",
    "U0DESK",
    "T0HOME",
    "T0ACME",
    "A0DESK",
    "1700000000.000000",
    "1700000000.000001",
    "status",
    "lose",
    ["U0ADA"],
    ["C0HELP"],
]
TEXT = {"type": "plain_text", "text": "x"}
BLOCKS = [
    {"type": "actions", "block_id": "a", "elements": [{"type": "button", "action_id": "ok", "text": TEXT}]},
    {"type": "input", "block_id": "i", "label": TEXT, "element": {"type": "plain_text_input", "action_id": "t"}},
]
LIKELY = {
    "channel": ["C0HELP", "C0ACME"],
    "user": ["U0ADA", "U0BEN", "U0CARL", "U0DESK"],
    "user_id": ["U0ADA", "U0BEN"],
    "by": ["U0ADA"],
    "team": ["T0HOME", "T0ACME"],
    "app": ["A0DESK"],
    "ts": ["1700000000.000000", "1700000000.000001"],
    "timestamp": ["1700000000.000000"],
    "message_ts": ["1700000000.000000"],
    "thread_ts": ["", "1700000000.000000"],
    "users": [["U0ADA", "U0BEN"], "U0ADA,U0BEN", "U0BEN"],
    "text": ["Hello <@U0ADA>", "/sla list"],
    "blocks": [BLOCKS],
    "name": ["eyes", "new-name"],
    "action_id": ["ok"],
    "callback_id": ["claim", "new"],
    "types": ["public_channel,private_channel,im,mpim"],
    "kind": ["lose", "duplicate", "reorder", "hold"],
    "group": ["S0SUPPORT"],
    "usergroup": ["S0SUPPORT"],
    "event": [{"type": "x"}],
    "reason": ["warning", "refresh_requested"],
}
NAMES = [
    *("channel", "ts", "thread_ts", "text", "blocks", "attachments", "metadata", "users", "user", "user_id", "view"),
    *("view_id", "external_id", "trigger_id", "hash", "limit", "cursor", "oldest", "latest", "inclusive", "name"),
    *("timestamp", "types", "files", "file", "filename", "length", "channel_id", "channels", "usergroup", "email"),
    *("message_ts", "team", "bot", "include_all_metadata", "reply_broadcast", "link_names", "initial_comment"),
]


def anything(luck: random.Random, name: str) -> object:
    """Mostly what belongs there, sometimes anything at all."""
    return luck.choice(LIKELY[name]) if name in LIKELY and luck.random() < 0.8 else luck.choice(NASTY)


def furnish(scene: Scene) -> None:
    scene.post()
    scene.sandbox.build.user_group("T0HOME", "support", id="S0SUPPORT", users=["U0ADA"])
    scene.sandbox.faults.settings(answer_seconds=0.5)


@pytest.mark.parametrize("seed", range(5))
async def test_no_web_api_call_crashes(scene: Scene, receiver: Receiver, seed: int):
    luck = random.Random(seed)
    furnish(scene)
    view = {"type": "home", "blocks": []}
    await scene.client.views_publish(user_id="U0ADA", view=view)
    headers = {
        "Authorization": f"Bearer {scene.bot['bot_token']}",
        "Content-Type": "application/json; charset=utf-8",
    }
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(400):
            method = luck.choice(sorted(METHODS))
            args = {name: anything(luck, name) for name in luck.sample(NAMES, luck.randint(0, 12))}
            args["channel"] = anything(luck, "channel")
            async with session.post(f"{scene.base}/api/{method}", data=json.dumps(args)) as got:
                assert got.status == 200, (method, args)
                said = await got.json()
                assert said["ok"] or said["error"], (method, args)
    await scene.sandbox.drained()


# A world that is reset, or connections that wait for each other, would only hide what comes after.
UNTOUCHED = {"world/reset", "world/drained", "build/request_url", "faults/calls", "faults/outage", "apps/uninstall"}


@pytest.mark.parametrize("seed", range(5))
async def test_no_control_request_crashes(scene: Scene, receiver: Receiver, seed: int):
    luck = random.Random(seed)
    furnish(scene)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{scene.base}/sandbox/") as got:
            listing = (await got.json())["methods"]
        paths = sorted(set(listing) - UNTOUCHED)
        for _ in range(400):
            path = luck.choice(paths)
            names = [part.split(":")[0].strip(" (*") for part in listing[path].split(",")]
            args = {name: anything(luck, name) for name in names if name.isidentifier() and luck.random() < 0.7}
            async with session.post(f"{scene.base}/sandbox/{path}", data=json.dumps(args)) as got:
                assert got.status in (200, 400), (path, args)
                said = await got.json()
                assert said["ok"] or said["message"] or said["error"], (path, args)
        async with session.get(f"{scene.base}/sandbox/read/snapshot") as got:
            assert got.status == 200
    scene.sandbox.faults.clear()
    await scene.sandbox.drained()
