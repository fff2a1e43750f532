"""A process that writes until it is killed. Run it with a database address; it says what was acknowledged.

python -m tests.support.writing_process ADDRESS [hold | limit BYTES]
"""

import asyncio
import os
import resource
import sys
from itertools import count

from store import audit
from store.audit import AuditEntry
from store.engine import Database
from store.errors import StoreError
from tests.support.stored import NOON

_WRITERS = 4


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


async def write_forever(db: Database) -> None:
    numbers = count()

    async def writer() -> None:
        for number in numbers:
            entry = AuditEntry(workspace="T1", at=NOON, who="U1", action=f"{os.getpid()}:{number} {'x' * 500}")
            await db.write(lambda conn, entry=entry: audit.record(conn, entry))
            say("stored", f"{os.getpid()}:{number}")

    async with asyncio.TaskGroup() as group:
        for _ in range(_WRITERS):
            group.create_task(writer())


async def main(url: str, how: str = "", size: str = "") -> None:
    db = Database(url)
    await db.open()
    try:
        match how:
            case "hold":
                await db.hold()
                say("held")
                await asyncio.Event().wait()
            case "limit":
                resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), resource.RLIM_INFINITY))
                await write_forever(db)
            case _:
                await write_forever(db)
    except* StoreError as errors:
        say("refused", errors.exceptions[0])
    finally:
        await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
