"""Charts as pictures: each drawn in a short-lived process, because the renderer takes 100 MB and may fail by itself."""

import asyncio
import json
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Mapping
from enum import StrEnum, auto
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from bot.errors import BotError
from bot.renderer import NOT_INSTALLED

LONGEST_SECONDS = 60.0
_KEPT = 16
_FAILED_FOR = 60.0
_RENDERER = Path(__file__).with_name("renderer.py")

log = structlog.get_logger()


class Kind(StrEnum):
    """How a chart is drawn: for a page, or as a file."""

    SVG = auto()
    PNG = auto()


class NotInstalledError(BotError):
    """The optional library that draws is missing."""

    def __init__(self) -> None:
        super().__init__("Charts need one more library: pip install 'threadline[charts]'.")


def draw(description: Mapping[str, Any], kind: Kind, *, within: float = LONGEST_SECONDS) -> bytes:
    """The picture of a Vega-Lite description; an SVG is UTF-8. Takes about a second, and blocks.

    Args:
        description: What is drawn.
        kind: As what.
        within: After how many seconds the renderer is ended.

    Raises:
        NotInstalledError: The library that draws is not installed.
        BotError: It cannot draw it.
    """
    try:
        drawn = subprocess.run(  # noqa: S603 - our own program
            # -P: and nothing of the folder that we are in, which may be full of somebody else's files.
            [sys.executable, "-P", _RENDERER],
            input=json.dumps({"kind": kind, "description": description}).encode(),
            capture_output=True,
            timeout=within,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BotError(f"The chart could not be drawn ({type(error).__name__}).") from error
    if drawn.returncode == NOT_INSTALLED:
        raise NotInstalledError
    if drawn.returncode != 0 or not drawn.stdout:
        raise BotError("The chart could not be drawn.")
    return drawn.stdout


class Drawings:
    """Draws for everybody, one at a time, and knows the last few by heart: a page that is loaded again costs nothing.

    What could not be drawn is known for a minute, too, so that a renderer that hangs does not delay every page.

    Args:
        within: After how many seconds the renderer is ended.
        patience: How many seconds somebody waits, other people's pictures included.
    """

    def __init__(self, *, within: float = 10.0, patience: float = 15.0) -> None:
        self._within = within
        self._patience = patience
        self._known: OrderedDict[str, bytes | None] = OrderedDict()
        self._one = asyncio.Lock()

    async def draw(self, description: Mapping[str, Any], kind: Kind) -> bytes:
        """The picture; see :func:`draw`.

        Raises:
            NotInstalledError: The library that draws is not installed.
            BotError: It cannot draw it, or not in time.
        """
        key = sha256(json.dumps([kind, description]).encode()).hexdigest()
        try:
            async with asyncio.timeout(self._patience), self._one:
                if key not in self._known:
                    self._remember(key, await asyncio.to_thread(self._drawn, description, kind))
                self._known.move_to_end(key)
                picture = self._known[key]
        except TimeoutError:
            raise BotError("The chart could not be drawn in time.") from None
        if picture is None:
            raise BotError("The chart could not be drawn.")
        return picture

    def _drawn(self, description: Mapping[str, Any], kind: Kind) -> bytes | None:
        try:
            return draw(description, kind, within=self._within)
        except NotInstalledError:
            raise  # not to be remembered: somebody may install them
        except BotError as error:
            log.warning("chart.failed", reason=str(error))
            return None

    def _remember(self, key: str, picture: bytes | None) -> None:
        self._known[key] = picture
        if picture is None:
            asyncio.get_running_loop().call_later(_FAILED_FOR, self._known.pop, key, None)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
