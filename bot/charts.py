"""Charts as pictures: a Vega-Lite description, drawn in a short-lived process because the renderer takes 100 MB."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import BotError

_LONGEST_SECONDS = 60
_NOT_INSTALLED = 3
_COLOURS = {"Met": "#2e7d4f", "Missed": "#c0392b"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many promises of a group were kept, and how many were not."""

    label: str
    met: int
    missed: int


def bar_chart(bars: Sequence[Bar], title: str) -> dict[str, Any]:
    """The Vega-Lite description of a bar for each group, met beside missed."""
    values = [
        {"group": bar.label, "outcome": outcome, "count": count}
        for bar in bars
        for outcome, count in (("Met", bar.met), ("Missed", bar.missed))
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": title,
        "width": 640,
        "height": {"step": 28},
        "background": "white",
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "y": {"field": "group", "type": "nominal", "sort": None, "title": None},
            "x": {"field": "count", "type": "quantitative", "title": "promises"},
            "color": {
                "field": "outcome",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(_COLOURS), "range": list(_COLOURS.values())},
            },
            "order": {"field": "outcome", "sort": "ascending"},
        },
    }


def png_of(chart: Mapping[str, Any]) -> bytes:
    """The chart as a PNG.

    Raises:
        BotError: The optional libraries are not installed, or cannot draw it.
    """
    drawn = subprocess.run(
        [sys.executable, "-m", "bot.charts"],
        input=json.dumps(chart).encode(),
        capture_output=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    if drawn.returncode == _NOT_INSTALLED:
        raise BotError("Pictures need two more libraries: pip install 'threadline[charts]'.")
    if drawn.returncode != 0:
        raise BotError("The chart could not be drawn.")
    return drawn.stdout


def _draw() -> int:
    try:
        import vl_convert  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - the extra may not be installed
    except ImportError:
        return _NOT_INSTALLED
    sys.stdout.buffer.write(vl_convert.vegalite_to_png(sys.stdin.read(), scale=2))
    return 0


if __name__ == "__main__":
    sys.exit(_draw())
