"""Thresholds of an alert route: ``-30m``, ``80%``, ``0``, ``+30m``, seen from the target."""

import re
from dataclasses import dataclass
from datetime import timedelta

from sla.durations import format_duration, parse_duration
from sla.errors import SlaError

_PERCENT = re.compile(r"([1-9][0-9]{0,2})%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """How much of a target has to be used up: a percentage of it, or all of it and an offset."""

    percent: int = 100
    offset: timedelta = timedelta()

    def of(self, target: timedelta) -> timedelta:
        """Return the duration after which an alert is due; nothing or less means that there is none."""
        return target * self.percent // 100 + self.offset

    def __str__(self) -> str:
        if self.percent != 100:
            return f"{self.percent}%"
        sign = "+" if self.offset > timedelta() else ""
        return sign + format_duration(self.offset) if self.offset else "0"


def parse_threshold(text: str) -> Threshold:
    """Return the threshold that `text` names; 100% and 0 are the same one.

    Raises:
        SlaError: When `text` is neither a percentage from 1 to 999, nor 0, nor a signed duration.
    """
    if text == "0":
        return Threshold()
    if percent := _PERCENT.fullmatch(text):
        return Threshold(percent=int(percent[1]))
    try:
        offset = parse_duration(text[1:])
    except SlaError:
        offset = None
    if offset is None or text[0] not in "+-":
        raise SlaError(f"{text!r} is not a threshold; write it like -30m, 80%, 0 or +30m.")
    return Threshold(offset=-offset if text[0] == "-" else offset)
