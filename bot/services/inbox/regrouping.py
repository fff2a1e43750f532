"""A message that begins a thread comes late: the threads begun just after it may belong to other tickets now.

Which of a customer's messages are one burst, and which of them an agent answered beside the thread, is said by their
neighbours. So an older neighbour that arrives late takes over what follows it, or comes between, as it would have in
time. What people have decided themselves (a merge, a split) stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.services.inbox.beginnings import Said
from bot.services.inbox.moving import absorb, move_thread, split_off
from bot.services.workspace.desk import Desk
from store import conversations, ticket_events
from store.conversations import ConversationRecord, Window

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """A customer's thread among those of its channel.

    Attributes:
        before: The customer's thread before it, if that is near enough to matter.
        mine: The thread.
        later: The threads that were begun soon after it, oldest first.
        burst: How far apart messages of a burst are at most.
        beside: How long after a customer's message an agent's, beside the thread, answers it.
    """

    before: ConversationRecord | None
    mine: ConversationRecord
    later: Sequence[ConversationRecord]
    burst: timedelta
    beside: timedelta

    def is_burst(self, one: ConversationRecord, other: ConversationRecord) -> bool:
        """Whether two threads with no other customer's between them are one matter."""
        return one.opened_by == other.opened_by and other.opened_at - one.opened_at <= self.burst

    def was_before(self, row: ConversationRecord) -> bool:
        """Whether a thread belongs to the ticket of the customer's thread before ours."""
        return self.before is not None and row.ticket_id == self.before.ticket_id


def regroup(desk: Desk, said: Said, conn: Connection, now: datetime) -> None:
    """Give the threads that were begun just after a customer's to the tickets that they belong to."""
    around = _neighbours(desk, said, conn)
    for row in around.later if around is not None else ():
        assert around is not None
        if row.opened_by_customer:
            _meet_customer(conn, desk, around, row, now)
            return  # what follows has this one before it, as ever
        _meet_agent(conn, desk, around, row, now)


def _neighbours(desk: Desk, said: Said, conn: Connection) -> Neighbours | None:
    channel = said.message.channel
    mine = conversations.get(conn, desk.workspace, channel, said.message.root_ts)
    burst, beside = said.settings.group_messages_within, said.settings.unthreaded_replies or timedelta()
    reach = max(burst, beside)
    if mine is None or not mine.opened_by_customer or not reach:
        return None
    ahead = Window(channel_id=channel, since=mine.opened_at + _INSTANT, until=mine.opened_at + reach)
    behind = Window(channel_id=channel, since=mine.opened_at - reach, until=mine.opened_at - _INSTANT)
    return Neighbours(
        before=conversations.latest_opened(conn, desk.workspace, behind),
        mine=mine,
        later=conversations.opened_in(conn, desk.workspace, ahead),
        burst=burst,
        beside=beside,
    )


def _meet_agent(conn: Connection, desk: Desk, around: Neighbours, row: ConversationRecord, now: datetime) -> None:
    """An agent's thread soon after ours answers us, and not the one before, or nobody."""
    near = row.opened_at - around.mine.opened_at <= around.beside
    if row.ticket_id == around.mine.ticket_id or not near:
        return
    if _opens_its_ticket(conn, desk, row):
        absorb(conn, desk, row.ticket_id, around.mine.ticket_id, now)
    elif around.was_before(row):
        move_thread(conn, desk, row, around.mine.ticket_id, now)


def _meet_customer(conn: Connection, desk: Desk, around: Neighbours, row: ConversationRecord, now: datetime) -> None:
    """The next customer's thread goes on with ours, or no longer goes on with the one before."""
    if around.is_burst(around.mine, row):
        if row.ticket_id != around.mine.ticket_id and _opens_its_ticket(conn, desk, row):
            absorb(conn, desk, row.ticket_id, around.mine.ticket_id, now)
        return
    before = around.before
    went_on = before is not None and around.is_burst(before, row) and around.was_before(row)
    if went_on and row.ticket_id != around.mine.ticket_id and not _opens_its_ticket(conn, desk, row):
        split_off(conn, desk, [row, *_followers(conn, desk, around, row)], now)


def _followers(conn: Connection, desk: Desk, around: Neighbours, first: ConversationRecord) -> list[ConversationRecord]:
    """The threads that are part of a ticket only because of this one: its burst, and the answers beside it."""
    found: list[ConversationRecord] = []
    last = first
    while True:
        reach = max(around.burst, around.beside)
        ahead = Window(channel_id=first.channel_id, since=last.opened_at + _INSTANT, until=last.opened_at + reach)
        for row in conversations.opened_in(conn, desk.workspace, ahead):
            if row.ticket_id != first.ticket_id:
                if row.opened_by_customer:
                    return found
                continue
            if row.opened_by_customer:
                if not around.is_burst(last, row):
                    return found
                found.append(row)
                last = row
                break
            if row.opened_at - last.opened_at <= around.beside:
                found.append(row)
        else:
            return found


def _opens_its_ticket(conn: Connection, desk: Desk, row: ConversationRecord) -> bool:
    first = ticket_events.find(conn, desk.workspace, f"{row.channel_id}:{row.thread_ts}")
    return first is not None and first.type == "created" and first.ticket_id == row.ticket_id
