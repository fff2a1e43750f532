"""``run`` is killed with SIGKILL at random moments, in real time, while people go on talking.

It takes more than a minute: what was on its way to Slack when its sender died is looked for there only after half a
minute (the settle time), which is no setting.
"""

import asyncio
import os
import random
import re
import signal
from collections import Counter

import pytest

from tests.faults.killing import Scene, desk

KILLS = 20
# Kinds of outbox rows that change a message instead of posting one.
EDITS = "('card_update', 'alert_edit')"


@pytest.fixture
def seed() -> int:
    """Printed when the test fails; FAULT_SEED repeats its choices."""
    chosen = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(2**32))
    print(f"FAULT_SEED={chosen}")  # noqa: T201 - shown by pytest for a test that fails
    return chosen


@pytest.mark.slow
@pytest.mark.timeout(420)
async def test_after_twenty_kills_nothing_is_lost_and_nothing_is_doubled(tmp_path, seed):
    async with asyncio.TaskGroup() as both:
        both.create_task(kills(tmp_path / "http", socket_mode=False, seed=seed))
        both.create_task(kills(tmp_path / "socket", socket_mode=True, seed=seed + 1))


async def kills(folder, *, socket_mode, seed):
    async with desk(folder, f"sqlite:///{folder}/threadline.db", socket_mode=socket_mode, seed=seed) as scene:
        scene.bot.start()
        talking = asyncio.create_task(scene.talk())
        try:
            await scene.kill_and_restart(KILLS)
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
        print(folder.name, len(scene.posted), "messages; killed while", dict(scene.kills))  # noqa: T201
        await scene.calm()
        every_message_is_understood_once(scene)
        every_ticket_exists_once(scene)
        every_message_recorded_as_sent_is_in_slack_once(scene)
        every_ticket_has_one_card_in_its_alert_channel(scene)
        every_broken_promise_was_told_once(scene)
        assert (await scene.bot.end(signal.SIGTERM)).code == 0


def every_message_is_understood_once(scene: Scene) -> None:
    assert scene.posted
    assert all(delivery["acked"] for message in scene.posted for delivery in scene.delivered(message))
    stored = Counter(key for (key,) in scene.ledger.rows("SELECT key FROM inbox WHERE state = 'done'"))
    expected = {f"event:message:{message['channel']}:{message['ts']}" for message in scene.posted}
    assert {key: stored[key] for key in expected} == dict.fromkeys(expected, 1)
    assert scene.ledger.rows("SELECT key, error FROM inbox WHERE state <> 'done'") == []


def every_ticket_exists_once(scene: Scene) -> None:
    tickets = Counter(map(tuple, scene.ledger.rows("SELECT channel_id, thread_ts FROM ticket")))
    assert tickets == {(talk.channel, talk.ts): 1 for talk in scene.conversations}


def every_message_recorded_as_sent_is_in_slack_once(scene: Scene) -> None:
    written = scene.written_by_the_bot()
    keys = Counter(message["metadata"]["event_payload"]["key"] for message in written)
    assert [key for key, count in keys.items() if count > 1] == []
    recorded = scene.ledger.rows(
        f"SELECT channel_id, message_ts FROM outbox WHERE state = 'sent' AND kind NOT IN {EDITS}"
    )
    assert Counter(map(tuple, recorded)) == Counter((message["channel"], message["ts"]) for message in written)
    settled = "'sent', 'superseded', 'folded'"
    assert scene.ledger.rows(f"SELECT key, state, error FROM outbox WHERE state NOT IN ({settled})") == []
    digests = {key for (key,) in scene.ledger.rows("SELECT key FROM outbox WHERE state = 'sent'")}
    folded = {key for (key,) in scene.ledger.rows("SELECT folded_into FROM outbox WHERE state = 'folded'")}
    assert folded - digests == set()


def every_ticket_has_one_card_in_its_alert_channel(scene: Scene) -> None:
    cards = Counter(
        message["channel"] for message in scene.written_by_the_bot() if "actions" in kinds_of_blocks(message)
    )
    wanted = Counter(talk.channel.replace("DESK", "ALERT") for talk in scene.conversations)
    assert cards == wanted


def every_broken_promise_was_told_once(scene: Scene) -> None:
    """Whoever was never answered was not answered in time; the alert channel was told once, alone or in a storm."""
    numbers = {
        (channel, ts): number
        for channel, ts, number in scene.ledger.rows("SELECT channel_id, thread_ts, ticket_id FROM ticket")
    }
    told = Counter(
        (message["channel"].replace("ALERT", "DESK"), int(number))
        for message in scene.written_by_the_bot()
        for number in told_as_missed(message["text"])
    )
    unanswered = [(talk.channel, numbers[talk.channel, talk.ts]) for talk in scene.conversations if not talk.answered]
    assert unanswered
    assert {ticket: told[ticket] for ticket in unanswered} == dict.fromkeys(unanswered, 1)
    assert max(told.values()) == 1


def told_as_missed(text: str) -> list[str]:
    """The numbers of the tickets whose first reply an alert, or a page of a storm's, says is missed."""
    alone = re.findall(r"^First reply missed[^:]*: #(\d+) ", text)
    return alone + re.findall(r"#(\d+) [^;#]*: [^;#]*First reply missed", text)


def kinds_of_blocks(message: dict) -> set[str]:
    return {block["type"] for block in message.get("blocks", [])}
