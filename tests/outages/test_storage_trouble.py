"""While nothing can be stored nothing is acknowledged, so that Slack keeps it; afterwards everything goes on."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.world import SlackTime
from tests.outages.scene import Scene, opened
from tests.support.databases import PostgresqlServer
from tests.support.processes import until

FULL = 64 * 1024
NO_LIMIT = -1


@pytest.fixture
def time() -> SlackTime:
    return SlackTime()


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_what_arrives_on_a_full_disk_is_refused_and_taken_when_there_is_room_again(
    tmp_path: Path, time: SlackTime
):
    async with opened(tmp_path, time=time) as scene:
        scene.ask("The export is empty")
        await until(lambda: scene.cards == 1)
        scene.machine.limit_files(FULL)
        scene.ask("The import is slow")
        await refused(scene, "The import is slow")
        scene.machine.limit_files(NO_LIMIT)
        await taken_when_sent_again(scene, time, "The import is slow")


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.postgresql
async def test_what_arrives_while_the_database_is_away_is_refused_and_taken_when_it_is_back(
    tmp_path: Path, time: SlackTime, postgresql_server: PostgresqlServer, postgresql_url: str
):
    async with opened(tmp_path, time=time, THREADLINE_DATABASE_URL=postgresql_url) as scene:
        scene.ask("The export is empty")
        await until(lambda: scene.cards == 1)
        postgresql_server.close_door(postgresql_url)
        scene.ask("The import is slow")
        await refused(scene, "The import is slow")
        postgresql_server.open_door(postgresql_url)
        await taken_when_sent_again(scene, time, "The import is slow")


async def refused(scene: Scene, text: str) -> None:
    """Slack was told that the message could not be taken."""
    await until(lambda: all(len(one["attempts"]) >= 1 for one in scene.deliveries(text)))
    assert [attempt["status"] for one in scene.deliveries(text) for attempt in one["attempts"][:1]] == [500]
    assert scene.cards == 1


async def taken_when_sent_again(scene: Scene, time: SlackTime, text: str) -> None:
    """Slack tries once more, and both tickets are there, each once."""

    def attempts() -> int:
        return sum(len(one["attempts"]) for one in scene.deliveries(text))

    while not all(one["acked"] for one in scene.deliveries(text)):
        before = attempts()
        time.move_on(301)
        while attempts() == before:  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.02)
    await until(lambda: scene.cards == 2)
