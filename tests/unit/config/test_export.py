import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config.export import export_json, export_yaml
from bot.config.ready_made import list_templates, template_text

EVERY_KEY = (Path(__file__).parent / "every_key.yml").read_text(encoding="utf-8")
FORMATS = pytest.mark.parametrize("export", [export_yaml, export_json])

PRINTABLE = st.characters(
    exclude_categories=["Cc", "Cs"], exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
TRICKY = st.sampled_from(
    [
        "off",
        "1e5",
        "010",
        "09:00",
        "2026-12-24",
        "null",
        "~",
        "true",
        "=",
        "<<",
        "- a",
        "#x",
        "'",
        '"',
        "a: b",
        "\ufeffx",
        "1.5",
        "\u2028x",
        "5",
        "x\ny",
        "x\ty",
        "{",
        "👩‍💻",
    ]
)
TEXT = st.one_of(TRICKY, st.text(PRINTABLE, min_size=1, max_size=30).filter(str.strip))
VALUE = st.one_of(
    TEXT, st.booleans(), st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: float(f"{number:.6g}")),
)  # fmt: skip


@FORMATS
def test_nothing_is_lost_when_a_configuration_is_written_and_read_again(load, export):
    config = load(EVERY_KEY)

    assert load(export(config)) == config


@FORMATS
@pytest.mark.parametrize("template", [template.name for template in list_templates()])
def test_nothing_is_lost_of_the_ready_made_configurations(load, export, template):
    config = load(template_text(template))

    assert load(export(config)) == config


@FORMATS
@given(title=TEXT, value=st.one_of(VALUE, st.lists(VALUE, min_size=1, max_size=3)), words=st.lists(TEXT, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_texts_and_condition_values_survive_whatever_they_look_like(load, export, title, value, words):
    policy = {
        "title": title,
        "description": title,
        "filter": {"all": [{"field": "fields.x", "operator": "is", "value": value}], "any": []},
        "targets": {"low": {"first_reply_time": "15m"}},
    }
    document = {"policies": [policy], "intake": {"ignore": sorted({word.strip() for word in words})}}
    config = load(yaml.safe_dump(document, allow_unicode=True))

    assert load(export(config)) == config


def test_the_exported_json_is_json_with_policies_as_zendesk_writes_them(load):
    document = json.loads(export_json(load(EVERY_KEY)))

    assert document["policies"][1] == {
        "title": "Everybody else",
        "description": "",
        "filter": {"all": [], "any": []},
        "schedule": None,
        "settings": {},
        "route": None,
        "policy_metrics": [
            {"priority": "normal", "metric": "first_reply_time", "target": 1440, "business_hours": True}
        ],
    }


def test_the_exported_yaml_means_the_same_to_any_other_reader_of_yaml(load):
    config = load(EVERY_KEY)

    assert yaml.safe_load(export_yaml(config)) == config.document


def test_the_export_holds_the_holidays_themselves_and_no_longer_the_country(load):
    written = export_yaml(load("schedules: {eu: {time_zone: UTC, hours: 24x7, holidays: {country: US}}}"))

    assert "country" not in written
    assert "{name: Thanksgiving Day, start_date: '2026-11-26', end_date: '2026-11-26', yearly: false}" in written
