"""The sample day, played while a person watches: at its own pace, on a clock that runs fast."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from bot.demo.stage import Stage
from bot.demo.story import Click, Line, Post
from bot.sandbox import SandboxError


async def play_live(stage: Stage, lines: Sequence[Line], *, tell: Callable[[str], None]) -> None:
    """Play each line when its time comes, and say what happens; afterwards the day simply goes on."""
    names = _names(stage)
    for line in lines:
        wait = stage.clock.seconds_until(line.at)
        await asyncio.sleep(wait or 0.0)
        try:
            await stage.play(line)
        except SandboxError as error:
            # Whoever watches may have deleted or archived what the story needs: it goes on without.
            tell(f"{line.at:%H:%M}  {error}")
            continue
        tell(f"{line.at:%H:%M}  {_told(line, names)}")
    tell("The story is over; the clock runs on, and so do the open tickets. Write something yourself.")


def _names(stage: Stage) -> Mapping[str, str]:
    """What people and channels are called, by their ids."""
    people = {user["id"]: user["real_name"] for user in stage.sandbox.read.users()}
    return people | {channel["id"]: f"#{channel['name']}" for channel in stage.sandbox.read.channels()}


def _told(line: Line, names: Mapping[str, str]) -> str:
    who = names[line.user]
    if isinstance(line, Post):
        return f"{who} in {names[line.channel]}: {line.text}"
    if isinstance(line, Click):
        return f"{who} clicks {line.action.removeprefix('ticket_').capitalize()}"
    return f"{who} types {line.text}"
