"""Trigger ids: three seconds, one use."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import SlackError

TRIGGER_SECONDS = 3.0
TRIGGERS_KEPT = 1_000


@dataclass(slots=True, kw_only=True)
class Trigger:
    """A person's act from which one view may be opened."""

    app_id: str
    team: str
    user: str
    view_id: str
    expires: float
    used: bool = False


class Triggers:
    """Hands out trigger ids and takes them back; their three seconds are real ones."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self.wall = wall
        self._known: dict[str, Trigger] = {}
        self._serial = itertools.count(1)

    def mint(self, *, app_id: str, team: str, user: str, view_id: str = "") -> str:
        """Return a trigger id for an act of that user; `view_id` is the modal it was done in."""
        trigger_id = f"{next(self._serial)}.{int(self.wall())}.{secrets.token_hex(16)}"
        self._known[trigger_id] = Trigger(
            app_id=app_id, team=team, user=user, view_id=view_id, expires=self.wall() + TRIGGER_SECONDS
        )
        while len(self._known) > TRIGGERS_KEPT:
            del self._known[next(iter(self._known))]
        return trigger_id

    def redeem(self, trigger_id: str, app_id: str) -> Trigger:
        """Use a trigger id up.

        Raises:
            SlackError: it is unknown, another app's, used or expired.
        """
        trigger = self._known.get(trigger_id)
        if trigger is None or trigger.app_id != app_id:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.wall() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger
