"""One stored request on its way: what is needed to understand it, what to apply, and what to say afterwards."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.pictures import Drawings
from bot.services.inbox.speakers import Speakers
from bot.services.reporting.showing import show
from bot.services.requests.actions import Answer, Asked, Inquiry
from bot.services.requests.authorise import Standing, standing_of
from bot.services.workspace.desk import Desk
from bot.slack.blocks import Block
from bot.slack.client import SlackClients
from bot.slack.directory import Directory
from bot.slack.envelopes import Payload, mapping, text_of
from bot.slack.names import Names
from bot.slack.respond import respond
from store.engine import Database
from store.errors import StoreError
from store.inbox import InboxItem

Result = str | Answer | Inquiry
Apply = Callable[[Connection, datetime], Result]
Say = Callable[[str, Sequence[Block]], Coroutine[Any, Any, None]]
Afterwards = Callable[[Result], Coroutine[Any, Any, None] | None]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What to apply in one transaction, and what to do once that is committed.

    ``afterwards`` gets what came of it, and may return a call to Slack that nothing waits for.
    """

    apply: Apply
    afterwards: Afterwards = lambda _result: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as Slack sent it, and the desk that it is for."""

    item: InboxItem
    body: Payload
    desk: Desk
    db: Database
    slack: SlackClients
    directory: Directory
    drawings: Drawings
    names: Names

    @property
    def speakers(self) -> Speakers:
        """Finds out who is who."""
        return Speakers(desk=self.desk, directory=self.directory, db=self.db)

    @property
    def action(self) -> Payload:
        """What was clicked or chosen, of a ``block_actions`` request."""
        listed = self.body.get("actions")
        return mapping(listed[0]) if isinstance(listed, list) and listed else {}

    async def asked(self, at: datetime | None = None) -> Asked:
        """Who asks, as what: of a command as of everything interactive.

        Raises:
            SlackUnavailableError: Slack could not be asked who that is.
        """
        user = mapping(self.body.get("user"))
        name = text_of(user.get("id")) or text_of(self.body.get("user_id"))
        team = text_of(user.get("team_id")) or text_of(self.body.get("team_id"))
        return await self.asked_by(name, team, at or self.item.received_at)

    async def asked_by(self, user: str, team: str, at: datetime) -> Asked:
        """Somebody who asks, as what they are to the desk at this moment.

        Raises:
            SlackUnavailableError: Slack could not be asked who that is.
        """
        person = await self.directory.person(user, team=team)
        standing = await self.standing(user, team)
        return Asked(user=user, standing=standing, at=at, key=self.item.key, time_zone=person.time_zone)

    async def standing(self, user: str, team: str = "") -> Standing:
        """What somebody is to the desk at this moment.

        Raises:
            SlackUnavailableError: Slack could not be asked who that is.
        """
        person = await self.directory.person(user, team=team)
        return await standing_of(person, speakers=self.speakers, config=self.desk.config)

    def answer(self, apply: Apply) -> Handled:
        """Apply, then tell the person who asked, and nobody else."""
        return self.tell(apply, partial(respond, text_of(self.body.get("response_url"))))

    def tell(self, apply: Apply, say: Say) -> Handled:
        """Apply, then say the answer, if there is one; what takes long to read is read before that."""
        return Handled(apply=apply, afterwards=partial(self._say, say))

    def _say(self, say: Say, result: Result) -> Coroutine[Any, Any, None] | None:
        match result:
            case Answer():
                return say(result.text, result.blocks)
            case Inquiry():
                return self._look_up(say, result)
            case _:
                return None

    async def _look_up(self, say: Say, inquiry: Inquiry) -> None:
        try:
            answer = await self.db.read_in_thread(inquiry.answer)
            if await self.names.learn():
                answer = await self.db.read_in_thread(inquiry.answer)
        except StoreError as error:
            log.warning("inquiry.failed", key=self.item.key, reason=str(error))
            answer = Answer(text="That could not be read just now. Ask once more in a minute.")
        await say(answer.text, answer.blocks)
        if answer.chart is not None:
            await show(answer.chart, inquiry.asked.user, drawings=self.drawings, client=self.slack.client())


Read = Callable[[Request], Awaitable[Handled]]


def nothing(outcome: str) -> Handled:
    """Apply nothing, for a reason that is remembered."""
    return Handled(apply=lambda _conn, _now: outcome)
