"""Numbers given out in order, never twice."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam

from store.statements import insert
from store.tables import counter


@cache
def _advance(dialect: str) -> Any:
    statement = insert(dialect, counter).values(workspace=bindparam("workspace"), name=bindparam("name"))
    statement = statement.values(value=bindparam("size"))
    return statement.on_conflict_do_update(
        index_elements=["workspace", "name"], set_={"value": counter.c.value + statement.excluded.value}
    ).returning(counter.c.value)


def allocate(conn: Connection, workspace: str, name: str, size: int = 1) -> range:
    """The next `size` numbers of a series, from 1 on.

    The row stays locked until the transaction ends: numbers become visible in order, so a reader that asks for
    "everything after n" misses nothing.
    """
    parameters = {"workspace": workspace, "name": name, "size": size}
    last: int = conn.execute(_advance(conn.dialect.name), parameters).scalar_one()
    return range(last - size + 1, last + 1)
