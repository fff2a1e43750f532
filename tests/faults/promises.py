"""What must be true after a fault run, counted in the sandbox: nothing lost, nothing doubled, nothing stuck."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.faults.scene import Scene
from tests.faults.world import cards_of

# Kinds of outbox rows that change a message instead of posting one.
EDITS = "('card_update', 'alert_edit')"


def broken(scene: Scene) -> list[str]:
    """The promises that were not kept, each in a sentence that names what it is about."""
    return [sentence for promise in PROMISES for sentence in promise(scene)]


def every_message_is_understood_once(scene: Scene) -> Iterator[str]:
    stored = dict(scene.ledger.rows("SELECT key, state FROM inbox"))
    heard = {key for (key,) in scene.ledger.rows("SELECT key FROM ticket_event")}
    for said in scene.people.said:
        place = f"{said['channel']}:{said['ts']}"
        if stored.get(f"event:message:{place}") != "done":
            yield f"lost: the message {place} was never understood"
        if place not in heard:
            yield f"lost: the message {place} is part of no ticket"
    yield from (f"stuck: the request {key} is {state}" for key, state in stored.items() if state != "done")


def every_question_is_one_ticket(scene: Scene) -> Iterator[str]:
    tickets = Counter(map(tuple, scene.ledger.rows("SELECT channel_id, thread_ts FROM ticket")))
    asked = {(talk.channel, talk.ts) for talk in scene.people.conversations}
    yield from (f"lost: no ticket for {place}" for place in asked - set(tickets))
    yield from (f"doubled: a ticket too many for {place}" for place in set(tickets) - asked)
    yield from (f"doubled: {count} tickets for {place}" for place, count in tickets.items() if count > 1)


def every_answer_counts(scene: Scene) -> Iterator[str]:
    """What an agent ticked off is solved."""
    status = {
        (channel, ts): status
        for channel, ts, status in scene.ledger.rows("SELECT channel_id, thread_ts, status FROM ticket")
    }
    for talk in scene.people.conversations:
        found = status.get((talk.channel, talk.ts))
        if talk.is_solved and found not in {"solved", "closed"}:
            yield f"lost: the solution of {talk.channel}:{talk.ts}, which is {found}"


def no_post_is_there_twice(scene: Scene) -> Iterator[str]:
    keys = Counter(message["metadata"]["event_payload"]["key"] for message in written_by_the_bot(scene))
    yield from (f"doubled: {count} posts with the key {key}" for key, count in keys.items() if count > 1)


def every_post_is_recorded_and_every_record_is_a_post(scene: Scene) -> Iterator[str]:
    recorded = Counter(
        map(
            tuple,
            scene.ledger.rows(
                f"SELECT channel_id, message_ts FROM outbox WHERE state = 'sent' AND kind NOT IN {EDITS}"
            ),
        )
    )
    written = Counter((message["channel"], message["ts"]) for message in written_by_the_bot(scene))
    yield from (f"lost: {place} is recorded as sent and is not there" for place in (recorded - written))
    yield from (f"doubled: nobody recorded the post {place}" for place in (written - recorded))
    settled = "'sent', 'superseded', 'folded'"
    for key, state, error in scene.ledger.rows(f"SELECT key, state, error FROM outbox WHERE state NOT IN ({settled})"):
        yield f"stuck: the message {key} is {state} ({error})"
    digests = {key for (key,) in scene.ledger.rows("SELECT key FROM outbox WHERE state = 'sent'")}
    folded = {key for (key,) in scene.ledger.rows("SELECT folded_into FROM outbox WHERE state = 'folded'")}
    yield from (f"lost: alerts were folded into {key}, which was not sent" for key in folded - digests)


def every_ticket_has_one_card(scene: Scene) -> Iterator[str]:
    cards = Counter(m["channel"] for m in written_by_the_bot(scene) if "actions" in _kinds_of_blocks(m))
    wanted = Counter(cards_of(talk.channel) for talk in scene.people.conversations)
    for channel in sorted(set(cards) | set(wanted)):
        if cards[channel] != wanted[channel]:
            word = "lost" if cards[channel] < wanted[channel] else "doubled"
            yield f"{word}: {cards[channel]} cards in {channel} for {wanted[channel]} tickets"


def every_broken_promise_was_told_once(scene: Scene) -> Iterator[str]:
    """Whoever was never answered was not answered in time; the alert channel was told once, alone or in a storm."""
    told, numbers = scene.people.told(), scene.people.numbers()
    for talk in scene.people.conversations:
        number = numbers.get((talk.channel, talk.ts), 0)
        count = told[talk.channel, number]
        if talk.is_neglected and not count:
            yield f"lost: nobody was told that #{number} in {talk.channel} was not answered"
        if count > 1:
            yield f"doubled: #{number} in {talk.channel} was told {count} times"


PROMISES: tuple[Callable[[Scene], Iterator[str]], ...] = (
    every_message_is_understood_once,
    every_question_is_one_ticket,
    every_answer_counts,
    no_post_is_there_twice,
    every_post_is_recorded_and_every_record_is_a_post,
    every_ticket_has_one_card,
    every_broken_promise_was_told_once,
)


def written_by_the_bot(scene: Scene) -> list[dict[str, Any]]:
    """Every message of the bot's in the sandbox, whichever channel it is in, with the channel."""
    return [
        message | {"channel": channel["id"]}
        for channel in scene.sandbox.read.channels()
        for message in scene.sandbox.read.messages(channel["id"])
        if message.get("metadata", {}).get("event_type") == "threadline"
    ]


def _kinds_of_blocks(message: dict[str, Any]) -> set[str]:
    return {block["type"] for block in message.get("blocks", ())}
