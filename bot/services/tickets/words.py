"""What is left of words that were changed or forgotten: as much as the rules asked about them, and none of theirs.

A trigger fires on the words that a message had when it was written. Once they are edited or deleted they are gone here,
too; but the whole history may have to be folded again when something older arrives, and must then come out the same.
So the triggers' own words are kept that were found in the message, in place of the customer's.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sla.conditions import Condition, Operator
from sla.pleasantries import pleasantry
from sla.policy import Rules

_SOMETHING = "…"
_THANKS = "Thanks!"
_EQUAL = frozenset({Operator.IS, Operator.IS_NOT})
_FIND = frozenset({Operator.INCLUDES, Operator.NOT_INCLUDES})
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def meaning(text: str, versions: Iterable[Rules]) -> str:
    """What triggers and the rule of thanks read in a text, without the text; nothing where there was none."""
    if not text:
        return ""
    asked = [condition for rules in versions for condition in _about_words(rules)]
    if any(condition.operator in _EQUAL and text in condition.wanted for condition in asked):
        return text  # these are a trigger's words, all of them
    lowered = text.casefold()
    wanted = (value for condition in asked if condition.operator in _FIND for value in condition.wanted)
    found = sorted({value for value in wanted if value.casefold() in lowered})
    if says_thanks(text):
        found.append(_THANKS)
    return "\n".join(found) or _SOMETHING


def says_thanks(text: str) -> bool:
    """Whether a text says nothing but thanks."""
    return pleasantry(text, _ANY_TIME, _ANY_TIME - timedelta(seconds=1)) is not None


def _about_words(rules: Rules) -> Iterable[Condition]:
    conditions = (each for trigger in rules.triggers for each in (*trigger.when.all, *trigger.when.any))
    return (condition for condition in conditions if condition.field == "text")
