"""Ways in which a week's events reach the bot, all of them through its inbox."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.app import Threadline
from bot.clock import ManualClock
from bot.slack.envelopes import read_envelope
from store import tickets
from tests.outages.history import Happening

# A click needs a card, and a card the messages around it: it comes after what was written that near to its thread.
_NEIGHBOURHOOD = timedelta(minutes=40)


async def receive(bot: Threadline, told: Sequence[Happening]) -> None:
    """Slack delivers these, and everything that can be understood of them is."""
    for one in told:
        if one.clicked:
            await bot.dispatch.drain()
        await bot.keep(read_envelope(await _payload(bot, one)))
    await bot.dispatch.drain()


async def _payload(bot: Threadline, one: Happening) -> dict[str, Any]:
    if not one.clicked:
        return one.payload
    workspace = bot.desk().workspace
    found = await bot.db.read(lambda conn: tickets.of_conversation(conn, workspace, one.place, one.clicked))
    assert found is not None, "a card that was clicked is there"
    actions = [action | {"value": str(found.ticket_id)} for action in one.payload["actions"]]
    return one.payload | {"actions": actions}


async def live(bot: Threadline, clock: ManualClock, told: Sequence[Happening]) -> None:
    """Each event once, at its instant, with what becomes due in between."""
    for one in told:
        await _pass(bot, clock, one.at)
        await receive(bot, [one])


async def _pass(bot: Threadline, clock: ManualClock, until: datetime) -> None:
    while (due_at := await bot.breaches.next_at()) is not None and due_at <= until:
        clock.jump(due_at)
        await bot.breaches.drain()
    clock.jump(until)


async def shuffled(bot: Threadline, told: Sequence[Happening], deliveries: int, seed: int) -> None:
    """Every event at least once, so many deliveries together, in an order that says nothing, some at a time."""
    chance = random.Random(f"{seed} shuffled")
    copies = [*told, *chance.choices(told, k=max(0, deliveries - len(told)))]
    places = [(chance.random(), number) for number in range(len(copies))]
    first = _first_places(copies, places)
    for number, one in enumerate(copies):
        if one.clicked:
            around = [place for other, place in first.items() if _must_precede(told[other], one)]
            earliest = max(around, default=0.0)
            places[number] = (earliest + (1 - earliest) * chance.random(), number)
    order = [copies[number] for _, number in sorted(places)]
    while order:
        size = chance.choice([1, 1, 2, 5, 30, 100])
        await receive(bot, order[:size])
        del order[:size]


def _first_places(copies: Sequence[Happening], places: Sequence[tuple[float, int]]) -> dict[int, float]:
    index = {id(one): number for number, one in reversed(list(enumerate(copies)))}
    first: dict[int, float] = {}
    for one, (place, _) in zip(copies, places, strict=True):
        number = index[id(one)]
        first[number] = min(place, first.get(number, 1.0))
    return first


def _must_precede(one: Happening, click: Happening) -> bool:
    if one.clicked or one.place != click.place or one.payload["event"]["type"] != "message":
        return False
    began_at = datetime.fromtimestamp(float(click.clicked), click.at.tzinfo)
    return "thread_ts" not in one.payload["event"] and abs(one.at - began_at) <= _NEIGHBOURHOOD


async def found(bot: Threadline, clock: ManualClock) -> None:
    """Slack has delivered nothing: everything is read in its history."""
    bot.backfill.ask()
    while True:
        await bot.backfill.drain_asked()
        await bot.dispatch.drain()
        again_at = bot.backfill.next_asked_at()
        if again_at is None:
            return
        clock.jump(again_at)
