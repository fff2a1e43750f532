"""Where deadlines go when a schedule changes from now on: the same for every clock that runs in it.

The time that a clock has counted so far is the same in both versions, and what is left of its target is the time from
now to its deadline. So the old deadline alone tells the new one, whatever the target and the pauses were.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sla.business_time import Hours, NoOpenTime

_NOTHING = timedelta()


class Move(NamedTuple):
    """How far the deadlines go that lie after the last move's `until`, up to and including this one's."""

    until: datetime
    by: timedelta


def moves(before: Hours, after: Hours, now: datetime, *, since: datetime, until: datetime) -> tuple[Move, ...] | None:
    """Return where the deadlines in (now, until] go, in their order.

    Args:
        before: The hours in which they were reckoned.
        after: The hours in which they are to be.
        now: The instant of the change.
        since: When the first of the clocks began.
        until: The last deadline.

    Returns:
        None when that cannot be told from the deadlines alone: the hours differ before now, or there is not enough time
        left in the new ones.
    """
    if before.spans(since, now) != after.spans(since, now):
        return None
    left = before.elapsed(now, until)
    if left <= _NOTHING:
        return ()
    try:
        last = after.after(now, left)
    except NoOpenTime:
        return None
    # What was due before stays, whether it has been stamped or not.
    return _merged([Move(now, _NOTHING), *_pieces(before.spans(now, until), after.spans(now, last))])


def moved(deadline: datetime, by: Sequence[Move]) -> datetime:
    """Return where one deadline goes."""
    return next((deadline + move.by for move in by if deadline <= move.until), deadline)


def _pieces(old: list[tuple[datetime, datetime]], new: list[tuple[datetime, datetime]]) -> list[Move]:
    """Lay the same amount of time over both, and cut wherever either of them is cut."""
    pieces = []
    (at, end), (to, to_end) = old[0], new[0]
    behind, ahead = iter(old[1:]), iter(new[1:])
    while True:
        step = min(end - at, to_end - to)
        pieces.append(Move(at + step, to - at))
        at, to = at + step, to + step
        if at == end and (following := next(behind, None)):
            at, end = following
        elif at == end:
            return pieces
        if to == to_end:
            to, to_end = next(ahead)


def _merged(pieces: list[Move]) -> tuple[Move, ...]:
    """Join neighbours that go equally far."""
    joined: list[Move] = []
    for piece in pieces:
        if joined and joined[-1].by == piece.by:
            joined[-1] = piece
        else:
            joined.append(piece)
    return tuple(joined)
