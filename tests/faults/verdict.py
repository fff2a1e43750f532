"""What fault rounds make of a copy of the code: for those who break it on purpose."""

import asyncio
import json
import sys
from pathlib import Path

from tests.faults.rounds import ROOT


async def verdict(code: Path, *, database: str = "sqlite", kills: int = 20, seed: int = 1) -> list[str]:
    """The promises that the code of another checkout breaks; none for a good one.

    Raises:
        RuntimeError: The rounds could not be played at all: it does not import, say, or does not start.
    """
    asked = ("--code", str(code), "--database", database, "--kills", str(kills), "--seed", str(seed), "--json")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults", *asked, "--lanes", "1"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if process.returncode not in {0, 1} or not out:
        raise RuntimeError(err.decode()[-4000:])
    return [sentence for one in json.loads(out) for sentence in one["broken"]]
