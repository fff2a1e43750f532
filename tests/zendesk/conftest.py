import pytest

from tests.support.api import Client, make_token
from tests.support.desk import Desk, desk, desk_database, empty_desk_database, plain_logs

__all__ = ["desk", "desk_database", "empty_desk_database", "plain_logs"]


@pytest.fixture
async def admin(desk: Desk) -> Client:
    """The API of Northwind's desk, for an admin."""
    return Client(desk, await make_token(desk.bot.db, role="admin"))


@pytest.fixture
async def agent(desk: Desk) -> Client:
    """The same for an agent: Ana."""
    return Client(desk, await make_token(desk.bot.db, role="agent", user_id="U0ANA"))


@pytest.fixture
async def viewer(desk: Desk) -> Client:
    """The same for somebody who may only look."""
    return Client(desk, await make_token(desk.bot.db, role="viewer"))
