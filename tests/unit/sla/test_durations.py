from datetime import timedelta

import pytest

from sla.durations import format_duration, parse_duration
from sla.errors import SlaError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20s", 20),
        ("15m", 900),
        ("4h", 14_400),
        ("2d", 172_800),
        ("1h 30m", 5_400),
        ("1h30m", 5_400),
        (" 1d 2h 3m 4s ", 93_784),
        ("90m", 5_400),
        ("0s", 0),
    ],
)
def test_a_duration_is_read_as_people_write_it(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", " ", "5", "h", "-5m", "1.5h", "30m 1h", "1h 1h", "1 h", "4H", "4h!", "٣h", "9999999999d"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(SlaError, match=r"is not a duration; write it like 20s, 15m, 4h, 2d or 1h 30m\."):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (20, "20s"), (5_400, "1h 30m"), (93_784, "1d 2h 3m 4s"), (-1_800, "-30m"), (59.9, "59s"), (-0.5, "0s")],
)
def test_a_duration_is_written_with_its_largest_units_first(seconds, text):
    assert format_duration(timedelta(seconds=seconds)) == text
