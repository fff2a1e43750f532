"""When a target is used up: pauses left out, each worth what it covers of the target's own hours.

A clock is kept as what was left of the target when it last began to run. So an event costs the same whether the clock
has stood still once or a thousand times; only a change of target or of hours measures all of it anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sla.business_time import Hours, Pause
from sla.errors import SlaError


class Run(NamedTuple):
    """A clock against its target.

    Attributes:
        since: When it last began to run, or to stand still.
        left: What was left of the target then, in the target's own hours; negative once overdue.
        due: The deadline; None while it stands still with time left, and where the schedule has no open time for it.
    """

    since: datetime
    left: timedelta
    due: datetime | None


def start_run(hours: Hours, at: datetime, target: timedelta) -> Run:
    """Return a clock that begins to run at an instant with the whole target left."""
    return Run(at, target, _due(hours, at, target))


def pause_run(hours: Hours, run: Run, at: datetime) -> Run:
    """Return the clock stopped: what is left stands, a deadline already passed stays.

    A pause exactly on the deadline comes in time: the clock stands with nothing left.
    """
    passed = run.due is not None and run.due < at
    return Run(at, run.left - hours.elapsed(run.since, at), run.due if passed else None)


def resume_run(hours: Hours, run: Run, at: datetime) -> Run:
    """Return the clock running again, due when what was left is used up; with nothing left that is now."""
    return Run(at, run.left, run.due or _due(hours, at, run.left))


def measure(hours: Hours, start: datetime, target: timedelta, pauses: Sequence[Pause]) -> Run:
    """Return the clock that began at `start`, with all its pauses measured anew in the target's hours.

    Args:
        hours: The target's own hours.
        start: When the instance was activated.
        target: How much of the hours it may take.
        pauses: Sorted, half-open; the last may still last. What lies before `start` does not count.
    """
    run = start_run(hours, start, target)
    for paused_at, resumed_at in pauses:
        if resumed_at is not None and resumed_at <= run.since:
            continue
        run = pause_run(hours, run, max(paused_at, run.since))
        if resumed_at is not None:
            run = resume_run(hours, run, resumed_at)
    return run


def _due(hours: Hours, at: datetime, left: timedelta) -> datetime | None:
    try:
        return hours.after(at, left)
    except SlaError:  # no open time for as long as anybody will look
        return None
