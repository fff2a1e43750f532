"""What comes back from a modal: untrusted, whatever it was when it was sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.slack.envelopes import Payload, mapping, text_of
from bot.slack.fields import NAME_LIMIT, NONE
from bot.slack.text import visible

OPEN_FOR = timedelta(hours=1)
"""After so long a form may show what is no longer so."""


def memory(about: str, now: datetime) -> str:
    """What a modal brings back: an id, and until when it may be submitted (Slack: private_metadata)."""
    return json.dumps({"about": about, "until": int((now + OPEN_FOR).timestamp())})


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledIn:
    """A submitted modal.

    Attributes:
        about: The id that it was opened for; empty where it does not say.
        is_old: Whether it was open for too long, or does not say for how long.
    """

    about: str
    is_old: bool
    values: Mapping[str, Any]

    def words(self, name: str) -> str:
        """What was written, or chosen, in a field; on one line, without characters that nobody sees."""
        given = self._given(name)
        option = text_of(mapping(given.get("selected_option")).get("value"))
        chosen = text_of(given.get("selected_conversation")) or (option if option != NONE else "")
        return chosen or " ".join(visible(text_of(given.get("value"))).split())[:NAME_LIMIT]

    def several(self, name: str) -> list[str]:
        """The users or options that were chosen in a field, each once."""
        given = self._given(name)
        users, options = given.get("selected_users"), given.get("selected_options")
        found = [text_of(user) for user in users] if isinstance(users, list) else []
        found += [text_of(mapping(one).get("value")) for one in options] if isinstance(options, list) else []
        return [one for one in dict.fromkeys(found) if one]

    def _given(self, name: str) -> Payload:
        return mapping(mapping(self.values.get(name)).get(name))


def read_form(body: Payload, now: datetime) -> FilledIn:
    """The form of a ``view_submission``."""
    view = mapping(body.get("view"))
    try:
        remembered = mapping(json.loads(text_of(view.get("private_metadata")) or "{}"))
    except ValueError:
        remembered = {}
    until = remembered.get("until")
    return FilledIn(
        about=text_of(remembered.get("about")),
        is_old=not isinstance(until, int) or not now.timestamp() <= until <= (now + OPEN_FOR).timestamp(),
        values=mapping(mapping(view.get("state")).get("values")),
    )
