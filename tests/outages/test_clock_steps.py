"""Somebody sets the machine's clock by an hour: no promise is called broken that is not, and none is overlooked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.outages.scene import Scene, opened
from tests.support.processes import until

HOUR = 3600


@pytest.fixture
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    async with opened(tmp_path, socket_mode=request.param == "Socket Mode") as running:
        yield running
        assert "Traceback" not in running.machine.said


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("scene", "step"),
    [("signed HTTP", HOUR), ("Socket Mode", -HOUR)],
    ids=["an hour forward", "an hour back"],
    indirect=["scene"],
)
async def test_a_clock_that_is_set_by_an_hour_breaks_no_promise_and_hides_none(scene: Scene, step: int):
    scene.ask("The export is empty")
    await until(lambda: scene.cards == 1)
    scene.machine.set_clock(step)
    answered = scene.ask("I need this at once")
    await until(lambda: scene.cards == 2)
    scene.answer(answered)
    scene.ask("And this at once, too")
    await until(lambda: scene.alerts)
    assert named(scene.alerts) == ["3"]
    assert scene.machine.has_said("clock.was_set")

    scene.machine.set_clock(0)
    scene.ask("This at once as well")
    await until(lambda: len(scene.alerts) == 2)
    assert named(scene.alerts) == ["3", "4"]
    assert "late" not in " ".join(scene.alerts)


def named(alerts: list[str]) -> list[str]:
    """The numbers of the tickets that alerts are about."""
    return [text.partition("#")[2].split()[0] for text in alerts]
