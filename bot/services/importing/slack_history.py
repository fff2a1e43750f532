"""A Slack export becomes tickets: every message is understood as it would have been in time, and nobody is told.

What is there already is left as it is, so an import that was interrupted is simply begun again, and one that is done
twice changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.importers.slack_export import ExportedMessage, SlackExportReader
from bot.services.inbox import threads
from bot.services.inbox.beginnings import Said
from bot.services.inbox.speakers import Speaker
from bot.services.tickets import evaluation
from bot.services.workspace.desk import Desk
from bot.slack.directory import Channel, Person, role_of
from bot.slack.envelopes import parse_ts
from bot.slack.messages import Message, read_message
from sla.ticket import Status
from store import ticket_events, tickets
from store.engine import Database
from store.ticket_events import Source

_BATCH = 200
_KNOWN = "known"

Roots = dict[tuple[str, str], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import.

    Attributes:
        fates: What became of the messages, in the words in which intake tells it; "known" are those of before.
        problems: What could not be used, one sentence each.
    """

    messages: int
    fates: Counter[str] = field(default_factory=Counter)
    problems: tuple[str, ...] = ()

    @property
    def tickets(self) -> int:
        """How many tickets were opened."""
        return sum(count for fate, count in self.fates.items() if fate.startswith("ticket opened"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackHistory:
    """An export on its way into the database.

    Attributes:
        agents: Who answered; everybody else who is human is a customer.
        channels: Those to be taken in, by id.
    """

    db: Database
    desk: Desk
    agents: frozenset[str]
    people: dict[str, Person]
    channels: dict[str, Channel]

    async def take_in(
        self, reader: SlackExportReader, now: datetime, *, progress: Callable[[int], None] = lambda _done: None
    ) -> Imported:
        """Take in every message, then stamp the deadlines that have passed; ``progress`` is told how many are done."""
        fates: Counter[str] = Counter()
        roots: Roots = {}
        done = 0
        for batch in _batches(reader, self.channels):
            messages = [message for each in batch if (message := self._read(each)) is not None]
            fates["ignored: not written by a person or an app"] += len(batch) - len(messages)
            # The first message of a thread may come to be a ticket only when somebody answers it.
            roots |= {(one.channel, one.ts): one for one in messages if one.thread_ts is None}
            fates += await self.db.write(partial(self._understand, messages, roots, now))
            done += len(batch)
            progress(done)
        await self._settle(now)
        return Imported(messages=done, fates=+fates, problems=tuple(reader.problems))

    def _read(self, exported: ExportedMessage) -> Message | None:
        read = read_message(dict(exported.raw) | {"channel": exported.channel})
        return read if isinstance(read, Message) else None

    def _understand(self, messages: list[Message], roots: Roots, now: datetime, conn: Connection) -> Counter[str]:
        keys = [f"{message.channel}:{message.ts}" for message in messages]
        known = ticket_events.known(conn, self.desk.workspace, keys)
        return Counter(
            _KNOWN if key in known else self._decide(message, roots, conn, now).partition(", ")[0]
            for key, message in zip(keys, messages, strict=True)
        )

    def _decide(self, message: Message, roots: Roots, conn: Connection, now: datetime) -> str:
        ours = self.desk.installation
        if message.user == ours.bot_user or (message.bot_id and message.bot_id == ours.bot_id):
            return "ignored: our own message"
        said = self._said(message)
        if message.thread_ts is None:
            return threads.top_level(self.desk, said, conn, now)
        root = roots.get((message.channel, message.root_ts)) or _root_from(message)
        return threads.threaded(self.desk, said, self._said(root) if root else None, conn, now)

    def _said(self, message: Message) -> Said:
        person = self.people.get(message.user) or Person(user=message.user, name=message.user, team=message.team)
        if message.bot_id:
            person = Person(user=message.user, name=person.name, team=message.team, is_bot=True)
        role = role_of(person, agents=self.agents, home=None, external=False)
        return Said(
            message=message,
            speaker=Speaker(person=person, role=role),
            channel=self.channels[message.channel],
            settings=self.desk.config.channel(message.channel),
            source=Source.IMPORT,
        )

    async def _settle(self, now: datetime) -> None:
        """Stamp the deadlines that have passed, ticket by ticket."""
        after = 0
        while batch := await self.db.read(partial(self._after, after)):
            await self.db.write(partial(self._settle_some, batch, now))
            after = batch[-1]

    def _after(self, after: int, conn: Connection) -> list[int]:
        return [each.ticket_id for each in tickets.by_number(conn, self.desk.workspace, after=after, limit=_BATCH)]

    def _settle_some(self, numbers: list[int], now: datetime, conn: Connection) -> None:
        for number in numbers:
            ticket = tickets.lock(conn, self.desk.workspace, number)
            late = ticket is not None and ticket.next_breach_at is not None and ticket.next_breach_at < now
            if ticket is not None and late and Status(ticket.status) is not Status.CLOSED:
                evaluation.settle_due(conn, self.desk, ticket, now)


def _batches(reader: SlackExportReader, channels: dict[str, Channel]) -> Iterator[list[ExportedMessage]]:
    batch: list[ExportedMessage] = []
    for day in reader.days():
        for message in day:
            if message.channel in channels:
                batch.append(message)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _root_from(message: Message) -> Message | None:
    """What a reply says about the first message of its thread, which the export lacks: who wrote it and when."""
    at = parse_ts(message.thread_ts)
    if at is None or not message.parent_user:
        return None
    return Message(channel=message.channel, ts=message.root_ts, at=at, user=message.parent_user, team="", text="")
