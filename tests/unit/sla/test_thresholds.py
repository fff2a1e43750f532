from datetime import timedelta

import pytest

from sla.errors import SlaError
from sla.thresholds import parse_threshold

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("-30m", timedelta(minutes=30)),
        ("80%", timedelta(minutes=48)),
        ("0", HOUR),
        ("100%", HOUR),
        ("+30m", timedelta(minutes=90)),
        ("+1h 30m", timedelta(minutes=150)),
        ("150%", timedelta(minutes=90)),
        ("-60m", timedelta()),
        ("-2h", -HOUR),
    ],
)
def test_a_threshold_is_a_part_of_the_target_or_all_of_it_and_an_offset(text, used):
    assert parse_threshold(text).of(HOUR) == used


@pytest.mark.parametrize(
    ("text", "written"),
    [("-90m", "-1h 30m"), ("+30m", "+30m"), ("80%", "80%"), ("100%", "0"), ("+0s", "0"), ("0", "0")],
)
def test_a_threshold_is_written_in_one_way(text, written):
    assert str(parse_threshold(text)) == written
    assert parse_threshold(written) == parse_threshold(text)


@pytest.mark.parametrize("text", ["", "30m", "0%", "-80%", "80 %", "1000%", "-", "+", "+1.5h", "soon", "--30m", "٨%"])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(SlaError, match=r"is not a threshold; write it like -30m, 80%, 0 or \+30m\."):
        parse_threshold(text)
