from collections.abc import AsyncIterator

import pytest

from tests.contract.scene import Receiver, Scene, listening, opened


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with opened() as running:
        yield running


@pytest.fixture
async def limited() -> AsyncIterator[Scene]:
    async with opened(rate_limits=True) as running:
        yield running


@pytest.fixture
async def receiver(scene: Scene) -> AsyncIterator[Receiver]:
    async with listening() as running:
        await scene.listen(running)
        yield running
