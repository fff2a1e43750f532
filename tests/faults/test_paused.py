"""A replica that is stopped beyond its lease, as a virtual machine that is moved is, and comes back."""

import asyncio
import signal

import pytest

from tests.faults.doors import Errand
from tests.faults.promises import broken
from tests.faults.scene import Replica, Scene, scene
from tests.faults.world import cards_of
from tests.support.processes import until


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(600)
async def test_a_replica_paused_beyond_its_lease_doubles_nothing_when_it_comes_back(tmp_path, postgresql_server):
    databases = [postgresql_server.migrated() for _ in range(2)]
    async with asyncio.TaskGroup() as both:
        both.create_task(paused_before_it_sends(tmp_path / "before", databases[0]))
        both.create_task(paused_while_it_sends(tmp_path / "while", databases[1]))
    for database in databases:
        postgresql_server.drop(database)


async def paused_before_it_sends(folder, database):
    async with scene(folder, database, socket_mode=True, seed=1, replicas=2) as made:
        paused, other = made.replicas
        await _works(made, paused)
        # The last question before a card is posted is whether its channel may still be read by us alone.
        held = made.sandbox.faults.calls("hold", method="conversations.info", channel=cards_of("C0DESK1"))
        _ask_in(made, "C0DESK1")
        await until(lambda: made.ledger.outbox("sending") and paused.door.is_under_way(Errand.OTHER))

        paused.command.strike(signal.SIGSTOP)
        made.sandbox.faults.clear(held["id"])
        await _takes_over(made, other)
        assert _cards(made, "C0DESK1") == 1

        paused.command.strike(signal.SIGCONT)
        await _is_alone_with_a_new_question(made, paused, other)
        assert broken(made) == []


async def paused_while_it_sends(folder, database):
    async with scene(folder, database, socket_mode=True, seed=1, replicas=2) as made:
        paused, other = made.replicas
        await _works(made, paused)
        slow = made.sandbox.faults.calls("hold", method="chat.postMessage")
        _ask_in(made, "C0DESK1")
        await paused.door.sees(Errand.SEND)

        paused.command.strike(signal.SIGSTOP)
        made.sandbox.faults.clear(slow["id"])
        await _takes_over(made, other)
        assert _cards(made, "C0DESK1") == 1

        paused.command.strike(signal.SIGCONT)
        await _is_alone_with_a_new_question(made, paused, other)
        assert broken(made) == []


async def _works(made: Scene, replica: Replica) -> None:
    replica.start()
    await until(replica.runs)
    await until(made.ledger.swept_at)


def _ask_in(made: Scene, desk: str, *, is_neglected: bool = True) -> None:
    made.people.ask(desk=desk, is_neglected=is_neglected)


async def _takes_over(made: Scene, replica: Replica) -> None:
    """The leases of the one that is paused end; everything that waits is done by the other one."""
    replica.start()
    await until(made.ledger.is_idle)


async def _is_alone_with_a_new_question(made: Scene, back: Replica, other: Replica) -> None:
    """It works again; whatever it had begun before the pause has come to its end when it does something new."""
    assert (await other.end(signal.SIGTERM)).code == 0
    _ask_in(made, "C0DESK2", is_neglected=False)
    made.people.solve(made.people.conversations[-1])
    await until(lambda: _cards(made, "C0DESK2"))
    await until(made.ledger.is_idle)


def _cards(made: Scene, desk: str) -> int:
    return sum(post["channel"] == cards_of(desk) and "Order" in str(post["blocks"]) for post in _posts(made))


def _posts(made: Scene) -> list:
    return [post for post in made.people.posts() if "thread_ts" not in post]
