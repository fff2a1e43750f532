"""What somebody may have meant by a word that is unknown."""

from collections.abc import Collection
from difflib import get_close_matches

_MOST_WORDS = 1000
_LONGEST_WORD = 100


def nearest(given: str, known: Collection[str]) -> str | None:
    """The known word that is most like the given one, upper or lower case; None when none is near.

    Among more than a thousand words nothing is looked for: it takes time, and would be a guess.
    """
    if len(known) > _MOST_WORDS:
        return None
    by_lower_case = {str(word).lower(): str(word) for word in known}
    found = get_close_matches(given[:_LONGEST_WORD].lower(), by_lower_case, n=1, cutoff=0.65)
    return by_lower_case[found[0]] if found else None
