"""The timeline file: tickets with their events, the rules they fall under, and what `evaluate` makes of them."""

from sla.timeline.evaluation import Evaluation, evaluate, evaluate_text
from sla.timeline.reading import Timeline, TimelineTicket, parse_timeline, timeline_from_json
from sla.timeline.stories import tell_stories
from sla.timeline.writing import history_to_json

__all__ = [
    "Evaluation",
    "Timeline",
    "TimelineTicket",
    "evaluate",
    "evaluate_text",
    "history_to_json",
    "parse_timeline",
    "tell_stories",
    "timeline_from_json",
]
