"""Slack-like identifiers and message timestamps."""

import itertools

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MILLION = 1_000_000


class Ids:
    """Counts instead of drawing lots, so that two runs of one scenario have the same ids."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def new(self, prefix: str) -> str:
        """Return an id such as `U0SB000001`, never the same one twice."""
        number, text = next(self._count), ""
        while number:
            number, digit = divmod(number, 36)
            text = _DIGITS[digit] + text
        return f"{prefix}0SB{text:0>6}"


class Timestamps:
    """Mints `ts` values: microseconds of the clock, moved on by one when two are equal."""

    def __init__(self) -> None:
        self._used: set[int] = set()
        self._next_free: dict[int, int] = {}

    def mint(self, now: float) -> str:
        """Return an unused ts at `now`, or the first free microsecond after it."""
        wanted = round(now * _MILLION)
        moment = self._next_free.get(wanted, wanted)
        while moment in self._used:
            moment += 1
        self._next_free = {wanted: moment + 1}
        self._used.add(moment)
        return format_ts(moment)

    def reserve(self, ts: str) -> None:
        """Keep a ts that came from outside (a replayed message) from being minted again."""
        self._used.add(ts_micros(ts))


def format_ts(micros: int) -> str:
    """Return microseconds as Slack writes them, six decimals."""
    return f"{micros // _MILLION}.{micros % _MILLION:06d}"


def ts_micros(ts: str) -> int:
    """Return a ts as whole microseconds.

    Raises:
        ValueError: it is not digits with an optional fraction.
    """
    seconds, _, fraction = ts.partition(".")
    if not (seconds.isascii() and seconds.isdigit() and (not fraction or fraction.isdigit())):
        raise ValueError(f"{ts!r} is not a timestamp.")
    return int(seconds) * _MILLION + int((fraction + "000000")[:6])
