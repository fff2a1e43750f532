"""What people and channels are called: as Slack has told us, and asked of it where it has not yet."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field

from bot.slack.client import SlackUnavailableError
from bot.slack.directory import Directory

_PERSON = re.compile(r"[UW][A-Z0-9]{3,}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{3,}")
# After a restart nobody is known: a page waits for the names of so many, so long, and shows the ids of the others.
_AT_ONCE, _SECONDS = 30, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names that one page, or one answer, shows.

    Attributes:
        nameless: Whom Slack did not know when it was asked, as for any page since the start; it is not asked again.
    """

    directory: Directory
    nameless: set[str]
    _unknown: set[str] = field(default_factory=set)

    def of(self, slack_id: str) -> str:
        """What a person or a channel is called: "Ana Sousa", "#acme"; anything that is not known stays as it is."""
        name = self._known(slack_id)
        if name is not None:
            return name
        if (_CHANNEL.fullmatch(slack_id) or _PERSON.fullmatch(slack_id)) and slack_id not in self.nameless:
            self._unknown.add(slack_id)
        return slack_id

    def _known(self, slack_id: str) -> str | None:
        if _CHANNEL.fullmatch(slack_id):
            channel = self.directory.known_channel(slack_id)
            return None if channel is None else f"#{channel.name}"
        person = self.directory.known(slack_id)
        return None if person is None else person.name

    async def learn(self) -> bool:
        """Ask Slack about those who were not known; whether it told any name, so that the page can be drawn anew."""
        unknown = sorted(self._unknown)[:_AT_ONCE]
        self._unknown.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS):
                await asyncio.gather(*map(self._ask, unknown))
        return any(self._known(slack_id) is not None for slack_id in unknown)

    async def _ask(self, slack_id: str) -> None:
        with suppress(SlackUnavailableError):
            if _CHANNEL.fullmatch(slack_id):
                await self.directory.channel(slack_id)
            else:
                await self.directory.person(slack_id)
            if self._known(slack_id) is None:
                self.nameless.add(slack_id)
