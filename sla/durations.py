"""Durations the way people write them: ``20s``, ``15m``, ``4h``, ``2d``, ``1h 30m``."""

import re
from datetime import timedelta

from sla.errors import SlaError

# Largest unit first and each at most once: "30m 1h" is more likely a slip than a wish.
_DURATION = re.compile(
    r"(?:(?P<days>[0-9]{1,6})d)? *(?:(?P<hours>[0-9]{1,6})h)? *"
    r"(?:(?P<minutes>[0-9]{1,8})m)? *(?:(?P<seconds>[0-9]{1,9})s)?"
)
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def parse_duration(text: str) -> timedelta:
    """Return the duration that `text` names; a day is 24 hours of whatever is being counted.

    Raises:
        SlaError: When `text` is anything but numbers with the units d, h, m and s, largest first.
    """
    match = _DURATION.fullmatch(text.strip())
    parts = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    if not parts:
        raise SlaError(f"{text!r} is not a duration; write it like 20s, 15m, 4h, 2d or 1h 30m.")
    return timedelta(**parts)


def format_duration(duration: timedelta) -> str:
    """Return `duration` in the form `parse_duration` reads, cut to whole seconds; a minus sign leads."""
    seconds = abs(duration) // timedelta(seconds=1)
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    sign = "-" if duration < timedelta() and parts else ""
    return sign + (" ".join(parts) or "0s")
