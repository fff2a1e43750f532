import pytest

from bot.config.document import Mapping, Scalar, Sequence, parse_document
from bot.config.problems import ConfigError


def plain(node):
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, (_, value) in node.entries.items()}


def read(text):
    return plain(parse_document(text, source="threadline.yml"))


def refusal(text):
    with pytest.raises(ConfigError) as caught:
        parse_document(text, source="threadline.yml")
    return str(caught.value)


@pytest.mark.parametrize("word", ["off", "on", "yes", "no", "Off", "NO", "y", "n"])
def test_a_word_that_yaml_takes_for_a_boolean_stays_the_word_that_was_written(word):
    assert read(f"key: {word}") == {"key": word}


def test_a_time_of_day_without_quotes_is_not_a_number_of_seconds():
    assert read("from: 09:00\nto: 17:30\nlate: 22:15:00") == {"from": "09:00", "to": "17:30", "late": "22:15:00"}


def test_a_date_without_quotes_is_text_as_a_key_and_as_a_value():
    assert read("2026-12-24: closed\nday: 2026-12-31") == {"2026-12-24": "closed", "day": "2026-12-31"}


def test_a_number_as_a_key_is_text():
    assert read("0: a\n80: b\ntrue: c\n~: d") == {"0": "a", "80": "b", "true": "c", "~": "d"}


def test_numbers_booleans_and_nothing_are_what_they_look_like():
    assert read("a: 5\nb: -3\nc: 2.5\nd: 1e3\ne: true\nf: False\ng: null\nh:\ni: ~") == {
        "a": 5, "b": -3, "c": 2.5, "d": 1000.0, "e": True, "f": False, "g": None, "h": None, "i": None,
    }  # fmt: skip


def test_what_is_quoted_is_text():
    assert read("a: '5'\nb: \"true\"\nc: 'null'\nd: ''") == {"a": "5", "b": "true", "c": "null", "d": ""}


def test_numbers_that_are_rather_names_stay_text():
    assert read("a: 007\nb: 0x1F\nc: 1_000\nd: .inf\ne: 1e999") == {
        "a": "007", "b": "0x1F", "c": "1_000", "d": ".inf", "e": "1e999",
    }  # fmt: skip


def test_an_integer_over_32_bits_is_kept_and_one_of_thousands_of_digits_is_text():
    assert read("a: 4294967296")["a"] == 4294967296
    assert read(f"a: {'9' * 5000}")["a"] == "9" * 5000


def test_a_file_may_be_json():
    assert read('{"policies": [{"title": "A", "targets": null}], "x": 1}') == {
        "policies": [{"title": "A", "targets": None}], "x": 1,
    }  # fmt: skip


def test_a_value_knows_its_line_and_column():
    root = parse_document("a: 1\nb:\n  - x\n  - key: y\n", source="threadline.yml")

    inner = root.entries["b"][1].items[1].entries["key"]

    assert (inner[0].line, inner[0].column) == (4, 5)
    assert (inner[1].mark.line, inner[1].mark.column) == (4, 10)


def test_every_key_given_twice_is_named_with_both_lines():
    assert refusal("a: 1\nb: {c: 1, c: 2}\na: 3\n") == (
        "threadline.yml:2: the key c is given twice, first on line 2\n"
        "threadline.yml:3: the key a is given twice, first on line 1"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "threadline.yml:1: the file is empty"),
        ("# only a comment\n", "threadline.yml:1: the file is empty"),
        ("- a\n- b\n", "threadline.yml:1: the file must be a mapping such as `policies: [...]`"),
        ("just words", "threadline.yml:1: the file must be a mapping such as `policies: [...]`"),
        ("a: &x 1\nb: 2", "threadline.yml:1: anchors (`&name`) are not allowed; write the value out"),
        ("a: 1\nb: *x", "threadline.yml:2: aliases (`*name`) are not allowed; write the value out"),
        (
            "a: 1\nb: !!python/object:os.system {}",
            "threadline.yml:2: tags (`!name`) are not allowed; write a plain value",
        ),
        ("a: !!str 5", "threadline.yml:1: tags (`!name`) are not allowed; write a plain value"),
        ("a: 1\n---\nb: 2", "threadline.yml:2: several documents (`---`) in one file are not allowed"),
        ("? [a, b]\n: c", "threadline.yml:1: a key must be a single word or text"),
        ('a: 1\nb: "\\0"', "threadline.yml:2: contains a character that cannot be printed; remove it"),
        ("a: 1\nb: x\u202ey", "threadline.yml:2: contains a character that cannot be printed; remove it"),
    ],
)
def test_what_no_configuration_needs_is_refused_on_its_line(text, sentence):
    assert refusal(text) == sentence


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1, 2\nb: 3", 2), ("a: b: c", 1), ("x: 1\n\ta: 1", 2), ("a: 'x", 1), ("a: 1\n  b: 2\n", 2), ("{a: 1}}", 1)],
)
def test_broken_yaml_is_one_problem_with_its_line(text, line):
    with pytest.raises(ConfigError) as caught:
        parse_document(text, source="threadline.yml")

    (problem,) = caught.value.problems
    assert problem.line == line
    assert problem.message.startswith("this is not valid YAML: ")


@pytest.mark.parametrize("text", ["a: 1\nb: \x00", "a: 1\nb: \x07", "a: 1\nb: \ud800"])
def test_a_control_character_in_the_file_is_found_on_its_line(text):
    assert refusal(text) == (
        "threadline.yml:2: the file is not text that YAML allows; save it as UTF-8 without control characters"
    )


def test_a_file_of_more_than_a_megabyte_is_refused():
    assert refusal("a: " + "x" * 1024 * 1024) == "threadline.yml:1: the file is larger than 1 MiB"


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "a:\n" + "? " * 100_000])
def test_nesting_without_end_is_refused(text):
    assert refusal(text).endswith("nested more than 24 levels deep")


def test_a_billion_laughs_are_not_laughed():
    laughs = 'a: &a ["lol"]\n' + "".join(f"x{i}: &b{i} [*a, *a, *a]\n" for i in range(20))
    assert refusal(laughs) == "threadline.yml:1: anchors (`&name`) are not allowed; write the value out"


def test_a_merge_key_merges_nothing():
    assert read("<<: {a: 1}\nb: 2") == {"<<": {"a": 1}, "b": 2}


def test_emoji_and_letters_of_any_script_are_text():
    assert read("name: Zoë 東京 👩‍💻")["name"] == "Zoë 東京 👩‍💻"
