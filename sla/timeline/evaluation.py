"""What the command `evaluate` answers for a file: one JSON object, or one for each line of JSONL."""

from typing import Any, NamedTuple

from sla.errors import SlaError
from sla.timeline.reading import Timeline, parse_json, parse_timeline
from sla.timeline.stories import tell_stories
from sla.timeline.writing import history_to_json


class Evaluation(NamedTuple):
    """The answer to a file.

    Attributes:
        answers: The JSON object of each timeline, in order; for a bad line `{"line": N, "error": "..."}`.
        problems: A sentence for each bad line, to be told to the user; none when all went well.
    """

    answers: tuple[dict[str, Any], ...]
    problems: tuple[str, ...]


def evaluate(timeline: Timeline) -> dict[str, Any]:
    """Return the JSON object that tells what became of each ticket of a timeline, in the file's order."""
    return {"tickets": [history_to_json(history, timeline.until) for history in tell_stories(timeline)]}


def evaluate_text(text: str) -> Evaluation:
    """Return the answers to a timeline file's text: one JSON object, or JSONL with one in each line.

    Lines are numbered from 1; blank ones are skipped. A bad line spoils no other.

    Raises:
        SlaError: When a file that is not JSONL is bad, with all its problems.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) < 2 or not _is_jsonl(text, lines):
        return Evaluation((evaluate(parse_timeline(text)),), ())
    answers: list[dict[str, Any]] = []
    problems: list[str] = []
    for number, line in lines:
        try:
            answers.append(evaluate(parse_timeline(line)))
        except SlaError as error:
            answers.append({"line": number, "error": str(error)})
            problems.append(f"Line {number}: {error}")
    return Evaluation(tuple(answers), tuple(problems))


def _is_jsonl(text: str, lines: list[tuple[int, str]]) -> bool:
    """Tell whether a text is one timeline a line: it is no JSON as a whole, and some line is a timeline's object."""
    if _is_json(text):
        return False
    return all(line.lstrip().startswith("{") for _, line in lines) or any(
        line.lstrip().startswith("{") and '"tickets"' in line and _is_json(line) for _, line in lines
    )


def _is_json(text: str) -> bool:
    try:
        parse_json(text)
    except SlaError:
        return False
    return True
