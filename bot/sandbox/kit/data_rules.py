"""Tables and charts in messages."""

from bot.sandbox.kit.composition import plain
from bot.sandbox.kit.rich_text_rules import RICH_TEXT
from bot.sandbox.kit.rules import Report, Rule, anything, array, by_type, integer, number, one_of, shape, string
from bot.sandbox.model import Json

MOST_SERIES = 6
_BLOCK_ID: dict[str, Rule] = {"block_id": string(255)}
_CELL = by_type({"raw_text": shape({"text": string(2000, least=0)}), "rich_text": RICH_TEXT})
_DATA_CELL = by_type(
    {
        "raw_text": shape({"text": string(2000, least=0)}),
        "raw_number": shape({"value": number}, {"text": string(2000)}),
        "rich_text": RICH_TEXT,
        "action": shape({"element": anything}),
    }
)


def _even_rows(value: Json, where: str, report: Report) -> None:
    if len({len(row) for row in value["rows"]}) > 1:
        report.add(f"{where}/rows", "all rows must have the same number of cells")


TABLE = shape(
    {"rows": array(array(_CELL, most=20), most=100)},
    {**_BLOCK_ID, "column_settings": array(anything, most=20)},
)
DATA_TABLE = shape(
    {"caption": string(2000), "rows": array(array(_DATA_CELL, most=20), least=2, most=201)},
    {**_BLOCK_ID, "page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
    also=_even_rows,
)

_LABEL = string(20)
_POINT = shape({"label": _LABEL, "value": number})
_SERIES = shape({"name": _LABEL, "data": array(_POINT, most=20)})
_AXIS = shape({"categories": array(_LABEL, most=20)}, {"x_label": string(50), "y_label": string(50)})


def _matching(value: Json, where: str, report: Report) -> None:
    categories = value["axis_config"]["categories"]
    if any([point["label"] for point in series["data"]] != categories for series in value["series"]):
        report.add(f"{where}/series", "data labels must match the axis categories")
    names = [series["name"] for series in value["series"]]
    if len(set(names)) != len(names):
        report.add(f"{where}/series", "series names must be unique")


_PLOT = shape({"series": array(_SERIES, most=MOST_SERIES), "axis_config": _AXIS}, also=_matching)
_PIE = shape({"segments": array(_POINT, most=MOST_SERIES)})
DATA_VISUALIZATION = shape(
    {"title": string(50), "chart": by_type({"bar": _PLOT, "line": _PLOT, "area": _PLOT, "pie": _PIE})}, _BLOCK_ID
)
ALERT = shape(
    {"text": by_type({"plain_text": anything, "mrkdwn": anything})},
    {**_BLOCK_ID, "level": one_of("default", "info", "warning", "error", "success")},
)
VIDEO = shape(
    {"title": plain(200), "video_url": string(3000), "thumbnail_url": string(3000), "alt_text": string(2000)},
    {
        **_BLOCK_ID,
        "title_url": string(3000),
        "author_name": string(50),
        "provider_name": string(50),
        "provider_icon_url": string(3000),
        "description": plain(200),
    },
)
