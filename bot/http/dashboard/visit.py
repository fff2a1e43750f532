"""One look at a page: who looks, when, on which clock, and what the address asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.http.dashboard.access import Reader
from bot.services.workspace.desk import Desk
from bot.slack.names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a page is drawn from, besides the database.

    Attributes:
        zone: The time zone in which instants are shown: the default schedule's.
        number: The ticket or version that the address names; 0 where it names none.
        query: What follows the question mark.
        names: What people and channels are called.
        tick_age: When the last tick ended, in words.
    """

    desk: Desk
    now: datetime
    zone: ZoneInfo
    reader: Reader
    number: int
    query: Mapping[str, Sequence[str]]
    names: Names
    tick_age: str

    def name_of(self, slack_id: str) -> str:
        """What a person or a channel is called, as far as Slack tells us."""
        return self.names.of(slack_id)

    def asked(self, name: str) -> str:
        """The last value of a name in the address; empty without one."""
        return (self.query.get(name) or [""])[-1].strip()


class Shown(NamedTuple):
    """A template, and what it shows; after `refresh` seconds the browser asks again, unless they are 0."""

    template: str
    values: Mapping[str, Any]
    status: int = 200
    refresh: int = 0
