"""What happened in a demonstration, counted in the sandbox and in the database, and whether the two agree."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.demo.stage import Stage
from bot.services.alerting.alerts import ALERT, DIGEST, DIGEST_PAGE, DIGESTS, DIRECT, DIRECT_DIGEST, DIRECT_DIGEST_PAGE
from bot.services.alerting.cards import CARD
from store import inbox, instances, outbox, ticket_events, tickets
from store.outbox import OutboxState
from store.tickets import Filter

_PREFIX = "event:message:"
_POSTS = (
    (CARD, "cards"),
    (ALERT, "alerts"),
    (DIRECT, "direct messages"),
    (DIGEST, "digests"),
    (DIGEST_PAGE, "pages of digests"),
    (DIRECT_DIGEST, "direct digests"),
    (DIRECT_DIGEST_PAGE, "pages of direct digests"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The figures of a demonstration.

    Attributes:
        messages: Messages that people wrote in customer channels, counted in the sandbox.
        fates: What became of each of them, by the bot's own word; adds up to ``messages``.
        threads: What became of those that start a thread: part of a ticket, or the reason why not.
        promises: Instances with a target by metric and outcome, from the bot's database.
        posts: Cards, alerts and direct messages: how many were recorded as sent, and how many the sandbox has.
        lost: What should be there and is not, or is there twice; empty when all is well.
    """

    messages: int
    events: int
    tickets: int
    fates: Mapping[str, int]
    threads: Mapping[str, int]
    promises: Mapping[tuple[str, str], int]
    posts: Mapping[str, tuple[int, int]]
    lost: Sequence[str]

    def count(self, outcome: str) -> int:
        """How many instances came to that, over all metrics."""
        return sum(number for (_, came_to), number in self.promises.items() if came_to == outcome)

    @property
    def attainment(self) -> str:
        """Met out of met and missed; open and already late counts as missed."""
        ended = self.count("met") + self.count("missed")
        return f"{100 * self.count('met') / ended:.1f} %" if ended else "nothing ended"


async def take_account(stage: Stage) -> Account:
    """Count everything anew: people's messages in the sandbox, fates in the inbox, posts on both sides."""
    db, workspace = stage.bot.db, stage.bot.desk().workspace
    written = _written(stage)
    fates = await db.read(lambda conn: inbox.outcomes(conn, workspace, list(written)))
    starts = [key.removeprefix(_PREFIX) for key, starts_thread in written.items() if starts_thread]
    of_tickets = await db.read(lambda conn: ticket_events.known(conn, workspace, starts))
    lost = [f"The message {key} was never understood." for key in written if key not in fates]
    posts: dict[str, tuple[int, int]] = {}
    for kind, name in _POSTS:
        recorded = await db.read(partial(outbox.of_kind, workspace=workspace, kind=kind))
        if kind in DIGESTS and not recorded:
            continue
        found, wrong = _compare(stage, recorded)
        posts[name] = (len([row for row in recorded if row.state == OutboxState.SENT]), found)
        lost += wrong
    lost += [f"The event {delivery['type']} was never acknowledged." for delivery in _unacknowledged(stage)]
    return Account(
        messages=len(written),
        events=len(stage.sandbox.read.deliveries()),
        tickets=await db.read(lambda conn: tickets.count(conn, workspace, Filter(not_tickets=True))),
        fates=_counted(fates.values()),
        threads=_counted(
            "a ticket or part of one" if key in of_tickets else fates.get(_PREFIX + key) for key in starts
        ),
        promises=await db.read(lambda conn: instances.outcomes_by_metric(conn, workspace)),
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


def _counted(fates: Iterable[str | None]) -> dict[str, int]:
    """How often each fate was met; what explains a single one ("..., 3 min after a reply") is left out."""
    counted = Counter((fate or "not understood").partition(", ")[0] for fate in fates)
    return dict(sorted(counted.items(), key=lambda item: -item[1]))


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
