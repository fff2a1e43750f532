"""The sample day, played while a person watches: at its own pace, on a clock that runs fast."""

import asyncio
from collections.abc import Callable, Sequence

from bot.demo.stage import Stage
from bot.demo.story import Click, Line, Post
from bot.sandbox import SandboxError


async def play_live(stage: Stage, lines: Sequence[Line], *, tell: Callable[[str], None]) -> None:
    """Play each line when its time comes, and say what happens; afterwards the day simply goes on."""
    for line in lines:
        wait = stage.clock.seconds_until(line.at)
        await asyncio.sleep(wait or 0.0)
        try:
            await stage.play(line)
        except SandboxError as error:
            # Whoever watches may have deleted or archived what the story needs: it goes on without.
            tell(f"{line.at:%H:%M}  {error}")
            continue
        tell(f"{line.at:%H:%M}  {_told(line)}")
    tell("The story is over; the clock runs on, and so do the open tickets. Write something yourself.")


def _told(line: Line) -> str:
    if isinstance(line, Post):
        return f"{line.user} in {line.channel}: {line.text}"
    if isinstance(line, Click):
        return f"{line.user} clicks {line.action.removeprefix('ticket_').capitalize()}"
    return f"{line.user} types {line.text}"
