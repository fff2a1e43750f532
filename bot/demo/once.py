"""A story played to its end in virtual time: as fast as the machine goes, with every due instant on the way."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.demo.stage import Stage
from bot.demo.story import Line


async def play_to_the_end(
    stage: Stage, lines: Sequence[Line], *, until: datetime | None = None, progress: Callable[[int], None]
) -> None:
    """Deliver the next line, wait until everything at that instant has happened, and jump to what comes next.

    What comes next is a line, a deadline or threshold, a message that waits for its slot, or a retry of Slack's.

    It ends when nothing is left to happen, or after the instant ``until``. ``progress`` is told now and then how many
    lines have been played.
    """
    position = 0
    while True:
        await stage.settle()
        following = await _next_instant(stage, lines[position] if position < len(lines) else None)
        if following is None or (until is not None and following > until):
            return
        stage.jump(following)
        if position < len(lines) and lines[position].at <= stage.clock.now():
            await stage.play(lines[position])
            position += 1
            if position % 25 == 0 or position == len(lines):
                progress(position)


async def _next_instant(stage: Stage, line: Line | None) -> datetime | None:
    rounds = stage.bot.rounds
    found = [line.at if line else None, await rounds.next_at(), stage.next_retry()]
    if not any(found):
        return None  # the calendar alone would go on for ever
    return min(at for at in (*found, await rounds.next_regular_at()) if at is not None)
