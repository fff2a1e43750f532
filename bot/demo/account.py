"""What happened in a demonstration, counted in the sandbox and in the database, and whether the two agree."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.demo.stage import Stage
from bot.services.alerts import ALERT, DIRECT
from bot.services.cards import CARD
from store import inbox, instances, outbox, tickets
from store.outbox import OutboxState
from store.tickets import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The figures of a demonstration.

    Attributes:
        messages: Messages that people wrote in customer channels, counted in the sandbox.
        fates: What became of each of them, by the bot's own word; adds up to ``messages``.
        top_level: The same for messages that start a thread.
        posts: Alerts, direct messages and cards, each with how many were recorded and how many the sandbox has.
        lost: What should be there and is not, or is there twice; empty when all is well.
    """

    messages: int
    events: int
    tickets: int
    met: int
    missed: int
    open: int
    fates: Mapping[str, int]
    top_level: Mapping[str, int]
    posts: Mapping[str, tuple[int, int]]
    lost: Sequence[str]

    @property
    def attainment(self) -> str:
        """Met out of met and missed."""
        ended = self.met + self.missed
        return f"{100 * self.met / ended:.1f} %" if ended else "nothing ended"


async def take_account(stage: Stage) -> Account:
    """Count everything anew: people's messages in the sandbox, fates in the inbox, posts on both sides."""
    db, workspace = stage.bot.db, stage.bot.desk().workspace
    written = _written(stage)
    fates = await db.read(lambda conn: inbox.outcomes(conn, workspace, list(written)))
    ended = await db.read(lambda conn: instances.outcomes(conn, workspace))
    late = await db.read(lambda conn: instances.count_open_breached(conn, workspace))
    count = await db.read(lambda conn: tickets.count(conn, workspace, Filter(not_tickets=True)))
    lost = [f"The message {key} was never understood." for key in written if key not in fates]
    posts: dict[str, tuple[int, int]] = {}
    for kind, name in ((CARD, "cards"), (ALERT, "alerts"), (DIRECT, "direct messages")):
        recorded = await db.read(partial(outbox.of_kind, workspace=workspace, kind=kind))
        found, wrong = _compare(stage, recorded)
        posts[name] = (len([row for row in recorded if row.state == OutboxState.SENT]), found)
        lost += wrong
    lost += [f"The event {delivery['type']} was never acknowledged." for delivery in _unacknowledged(stage)]
    return Account(
        messages=len(written),
        events=len(stage.sandbox.read.deliveries()),
        tickets=count,
        met=ended.get("met", 0),
        missed=ended.get("missed", 0) + late,
        open=ended.get("open", 0) - late,
        fates=_counted(fates.values()),
        top_level=_counted(fates[key] for key, starts_thread in written.items() if starts_thread and key in fates),
        posts=posts,
        lost=lost,
    )


def _written(stage: Stage) -> dict[str, bool]:
    """Every message that a person wrote in a customer channel, by its inbox key, and whether it starts a thread."""
    written = {}
    for channel in stage.world.customer_channels:
        for message in stage.sandbox.read.messages(channel):
            if "bot_id" not in message and message.get("subtype") not in {"tombstone", "channel_join"}:
                written[f"event:message:{channel}:{message['ts']}"] = (
                    message.get("thread_ts", message["ts"]) == message["ts"]
                )
    return written


def _counted(fates: Any) -> dict[str, int]:
    return dict(sorted(Counter(fates).items(), key=lambda item: -item[1]))


def _compare(stage: Stage, recorded: Sequence[outbox.OutboxMessage]) -> tuple[int, list[str]]:
    """How many of the messages the sandbox has, and which of them it has not, or twice."""
    there = Counter(
        message["metadata"]["event_payload"]["key"]
        for channel in stage.sandbox.read.channels()
        for message in stage.sandbox.read.messages(channel["id"])
        if message.get("metadata", {}).get("event_type") == "threadline"
    )
    found, wrong = 0, []
    for row in recorded:
        number = there[stage.bot.delivery.sign(row.key)]
        expected = 1 if row.state == OutboxState.SENT else 0
        found += number
        if number != expected or row.state in {OutboxState.PENDING, OutboxState.FAILED, OutboxState.UNCERTAIN}:
            wrong.append(f"{row.key} is {row.state}, and Slack has it {number} times.")
    return found, wrong


def _unacknowledged(stage: Stage) -> list[dict[str, Any]]:
    return [delivery for delivery in stage.sandbox.read.deliveries() if not delivery["acked"]]
