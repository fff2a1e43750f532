"""A report as a chart: one Vega-Lite description, drawn as a picture for Slack and into a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.services.reporting.tables import Name, labels_of, percent
from bot.slack.text import clip, visible
from sla.report import Dimension, Figures, Report, week_of

MOST_GROUPS = 40
_LONGEST_LABEL = 60
_MOST_TOLD_COLUMNS = 8
_TICKS = 5
_LETTERS = 13
_ALONG_TIME = {(Dimension.WEEK,), (Dimension.HOUR,)}
_HOURS = tuple(f"{hour:02}" for hour in range(24))


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of a chart, as SVG writes them."""

    ground: str
    ink: str
    soft: str
    line: str
    met: str
    missed: str


PAPER = Theme(ground="#ffffff", ink="#1d1c1d", soft="#5c5a5e", line="#dddcd8", met="#2e7d4f", missed="#c0392b")
"""A picture looks the same wherever it is shown."""

PAGE = Theme(
    ground="var(--surface)",
    ink="var(--ink)",
    soft="var(--soft)",
    line="var(--line)",
    met="var(--met)",
    missed="var(--missed)",
)
"""In a page the colours are the stylesheet's, light or dark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn.

    Attributes:
        description: In Vega-Lite.
        title: What it shows.
        told: The same and what it comes to, for those who do not see it.
        left_out: How many groups are not drawn, in a sentence; empty where all of them are.
    """

    description: Mapping[str, Any]
    title: str
    told: str
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many promises of a group were kept, and how many were not."""

    label: str
    figures: Figures


def chart_of(report: Report, name: Name, theme: Theme, about: str = "") -> Chart | None:
    """A report's promises, met and missed: along the time where it is by that, else a bar for each group.

    None where nothing counts yet.

    Args:
        report: The figures.
        name: What the values of a dimension are called.
        theme: In which colours.
        about: Which days they are of: "in the last 30 days".
    """
    if not report.total.counted:
        return None
    bars = [
        Bar(label=_label(" / ".join(labels_of(report.by, group.key, name))), figures=group.figures)
        for group in report.groups
    ]
    shown = _shown(report.by, bars)
    draw = _columns if report.by in _ALONG_TIME else _rows
    title = f"Promises met and missed by {' and '.join(report.by)}"
    sums = f"{report.total.met} of {report.total.counted} met: {percent(report.total.attainment)}"
    sums += f", {about}" if about else ""
    left_out = _left_out(len(_counted(bars)) - len(_counted(shown)))
    head = {"text": title, "subtitle": [sums, left_out] if left_out else [sums]}
    return Chart(
        description={"title": head, **draw(shown, theme), **_style(theme)},
        title=title,
        told=f"{title}: {sums}",
        left_out=left_out,
    )


def untitled(chart: Chart) -> dict[str, Any]:
    """What is drawn where there is a heading already."""
    return {key: value for key, value in chart.description.items() if key != "title"}


def _label(written: str) -> str:
    """A name that anybody may have chosen: on one line, of some length, without what no picture can show."""
    return clip(" ".join(visible(written).split()), _LONGEST_LABEL)


def _shown(by: tuple[Dimension, ...], bars: Sequence[Bar]) -> list[Bar]:
    """The bars that there is room for: of weeks the last ones, else the largest, in the order that they have."""
    match by:
        case (Dimension.WEEK,):
            return _in_order(bars, _weeks(bars)[-MOST_GROUPS:])
        case (Dimension.HOUR,):
            return _in_order(bars, _HOURS)
        case _:
            largest = sorted(_counted(bars), key=lambda bar: -bar.figures.counted)[:MOST_GROUPS]
            return [bar for bar in bars if any(bar is one for one in largest)]


def _counted(bars: Sequence[Bar]) -> list[Bar]:
    return [bar for bar in bars if bar.figures.counted]


def _left_out(number: int) -> str:
    if not number:
        return ""
    return f"{number} more, earlier or with fewer promises, {'is' if number == 1 else 'are'} only in the table."


def _in_order(bars: Sequence[Bar], labels: Sequence[str]) -> list[Bar]:
    """The bars of a stretch of time, with those of which nothing is known."""
    known = {bar.label: bar for bar in bars}
    return [known.get(label) or Bar(label=label, figures=Figures()) for label in labels]


def _weeks(bars: Sequence[Bar]) -> list[str]:
    """Every week from the first to the last."""
    first, last = (date.fromisoformat(f"{week}-1") for week in (bars[0].label, bars[-1].label))
    return [week_of(first + timedelta(weeks=number)) for number in range((last - first).days // 7 + 1)]


def _rows(bars: Sequence[Bar], theme: Theme) -> dict[str, Any]:
    """A bar for each group, with its attainment at the end."""
    axes = {"y": _groups(bars, labelLimit=150, labelPadding=6), "x": _count(bars)}
    layers = [_stacks(bars, theme, axes, above=8), _attainments(bars, theme, axes, align="left", dx=5)]
    return {"width": 300, "height": {"step": 26}, **_labels(bars), "layer": layers}


def _columns(bars: Sequence[Bar], theme: Theme) -> dict[str, Any]:
    """A column for each stretch of time, with its attainment above where there is room."""
    angle = -60 if len(bars[0].label) > 2 else 0
    axes = {"x": _groups(bars, labelAngle=angle, labelOverlap=True), "y": _count(bars)}
    is_told = len(bars) <= _MOST_TOLD_COLUMNS
    layers = [_stacks(bars, theme, axes, above=24 if is_told else 8)]
    layers += [_attainments(bars, theme, axes, dy=-8)] if is_told else []
    return {"width": {"step": min(52, 420 / len(bars))}, "height": 220, **_labels(bars), "layer": layers}


def _stacks(bars: Sequence[Bar], theme: Theme, axes: Mapping[str, Any], *, above: int) -> dict[str, Any]:
    values = [
        {"place": place, "outcome": outcome, "count": count}
        for place, bar in enumerate(bars)
        for outcome, count in (("Met", bar.figures.met), ("Missed", bar.figures.missed))
        if count
    ]
    colour = {
        "field": "outcome",
        "type": "nominal",
        "scale": {"domain": ["Met", "Missed"], "range": [theme.met, theme.missed]},
        "legend": {"title": None, "orient": "top", "offset": above},
    }
    return {
        "data": {"values": values},
        # A line between the two, for those to whom both colours look the same.
        "mark": {"type": "bar", "stroke": theme.ground, "strokeWidth": 1},
        "encoding": {**axes, "color": colour, "order": {"field": "outcome", "sort": "ascending"}},
    }


def _attainments(bars: Sequence[Bar], theme: Theme, axes: Mapping[str, Any], **where: object) -> dict[str, Any]:
    values = [
        {"place": place, "count": bar.figures.counted, "kept": percent(bar.figures.attainment)}
        for place, bar in enumerate(bars)
        if bar.figures.counted
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "text", "color": theme.ink, "fontSize": _LETTERS, **where},
        "encoding": {**axes, "text": {"field": "kept", "type": "nominal"}},
    }


def _labels(bars: Sequence[Bar]) -> dict[str, Any]:
    return {"params": [{"name": "labels", "value": [bar.label for bar in bars]}]}


def _groups(bars: Sequence[Bar], **axis: object) -> dict[str, Any]:
    """The axis of the groups. Each is known by its place and not by its name: two of them may be called the same."""
    written = {"title": None, "labelExpr": "labels[datum.value]", "ticks": False, **axis}
    return {"field": "place", "type": "ordinal", "scale": {"domain": list(range(len(bars)))}, "axis": written}


def _count(bars: Sequence[Bar]) -> dict[str, Any]:
    """The axis of the counts: whole numbers, each of which stands there once."""
    most = max(bar.figures.counted for bar in bars)
    ticks = {"values": list(range(most + 1))} if most <= _TICKS else {"tickCount": _TICKS}
    return {"field": "count", "type": "quantitative", "axis": {"title": "Promises", "format": "d", **ticks}}


def _style(theme: Theme) -> dict[str, Any]:
    """Letters that can still be read where a picture is shown at two thirds of its size, as on a telephone."""
    letters = {"labelColor": theme.ink, "labelFontSize": _LETTERS}
    lines = {"gridColor": theme.line, "domainColor": theme.line, "tickColor": theme.line}
    titles = {"titleColor": theme.soft, "titleFontSize": _LETTERS, "titleFontWeight": "normal"}
    head = {
        "anchor": "start",
        "color": theme.ink,
        "subtitleColor": theme.soft,
        "fontSize": 15,
        "subtitleFontSize": _LETTERS,
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": theme.ground,
        "padding": 8,
        "config": {
            # What is drawn is told once, beside the drawing, and every figure is in the table.
            "aria": False,
            "font": "sans-serif",
            "axis": {**letters, **lines, **titles},
            "legend": letters,
            "title": head,
            "view": {"stroke": None},
        },
    }
