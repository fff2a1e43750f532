"""Which ticket a message belongs to: the decisions of intake, each in one transaction.

Every function takes the connection and the present instant last, and says in a few words what came of the message;
those words are counted.
"""

from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Connection

from bot.config.model import OpenBy
from bot.services.inbox.assigning import assignment
from bot.services.inbox.beginnings import (
    Said,
    began_burst,
    begin,
    begin_follow_up_earlier,
    converse,
    entry_of,
)
from bot.services.inbox.own_threads import is_before_customers
from bot.services.inbox.owners import is_over, next_in_thread, owner_at
from bot.services.inbox.regrouping import regroup
from bot.services.inbox.speakers import Speaker
from bot.services.inbox.thanks import thanks
from bot.services.lifecycle.stepping import catch_up
from bot.services.tickets import evaluation, ticketing
from bot.services.tickets.ticketing import Entry
from bot.services.workspace.desk import Desk
from bot.slack.messages import Deletion, Edit, Message
from bot.slack.text import plain
from sla import events
from sla.instants import instant
from sla.ticket import Role, Status
from store import conversations, ticket_events, tickets
from store.conversations import ConversationRecord, Window
from store.ticket_events import Source, TicketEvent


def top_level(desk: Desk, said: Said, conn: Connection, now: datetime) -> str:
    """A message that starts a thread of its own."""
    known = ticket_events.find(conn, desk.workspace, said.key)
    if known is not None:
        return _heard(desk, said, known, conn, now)
    match said.speaker.role:
        case Role.BOT:
            return "ignored: written by a bot"
        case Role.AGENT:
            return _unthreaded_reply(desk, said, conn, now)
        case Role.END_USER:
            return _customer_top_level(desk, said, conn, now)
        case unreachable:
            assert_never(unreachable)


def _heard(desk: Desk, said: Said, known: TicketEvent, conn: Connection, now: datetime) -> str:
    """A message that is known; of one that something else spoke of, Slack may have shown a later version."""
    if known.source == Source.LOOKUP and said.source is not Source.LOOKUP:
        ticketing.hear(conn, desk, known, entry_of(said, said.comment()), now)
    return "known"


def _customer_top_level(desk: Desk, said: Said, conn: Connection, now: datetime) -> str:
    if desk.config.intake.ignores(said.user, said.text):
        return "ignored: by configuration"
    burst = _recent(desk, said, said.settings.group_messages_within, conn)
    if burst is not None and burst.opened_by == said.user:
        ticket = tickets.get(conn, desk.workspace, burst.ticket_id)
        if ticket is not None and not is_over(conn, desk, ticket, said.message.at):
            converse(desk, said, ticket.ticket_id, conn)
            ticketing.record(conn, desk, ticket.ticket_id, [entry_of(said, said.comment())], now)
            regroup(desk, said, conn, now)
            return "comment: same burst"
    if said.settings.open_by is OpenBy.REACTION:
        return "ignored: waits for a reaction"
    mention = f"<@{desk.installation.bot_user}"
    if said.settings.open_by is OpenBy.MENTION and mention not in said.message.text:
        return "ignored: does not mention us"
    is_earlier = began_burst(desk, said, conn, now)
    if not is_earlier:
        begin(desk, said, conn, now)
    regroup(desk, said, conn, now)
    return "ticket opened earlier: same burst" if is_earlier else "ticket opened"


def _unthreaded_reply(desk: Desk, said: Said, conn: Connection, now: datetime) -> str:
    """An agent's top-level message soon after a customer's is the answer to it, though nobody threaded it."""
    answered = _recent(desk, said, said.settings.unthreaded_replies, conn)
    if answered is None:
        return "ignored: an agent's own message"
    converse(desk, said, answered.ticket_id, conn)
    _record_comment(desk, said, answered.ticket_id, conn, now)
    return "comment: unthreaded reply"


def _recent(desk: Desk, said: Said, within: timedelta | None, conn: Connection) -> ConversationRecord | None:
    if not within:
        return None
    at = said.message.at
    window = Window(channel_id=said.message.channel, since=at - within, until=at)
    return conversations.latest_opened(conn, desk.workspace, window)


def threaded(desk: Desk, said: Said, parent: Said | None, conn: Connection, now: datetime) -> str:
    """A reply in a thread; ``parent`` is its first message where no ticket has it yet."""
    known = ticket_events.find(conn, desk.workspace, said.key)
    if known is not None:
        return _heard(desk, said, known, conn, now)
    thread = said.message.channel, said.message.root_ts
    ticket = owner_at(conn, desk, thread, said.message.at)
    if ticket is None:
        return _first_in_thread(desk, said, parent, conn, now)
    ticket = catch_up(conn, desk, ticket, said.message.at, now)
    if is_over(conn, desk, ticket, said.message.at):
        # Nobody looks at it any more: what a customer says there now would go unseen.
        if said.speaker.role is not Role.END_USER:
            return "ignored: the ticket is closed"
        return _follow_up(desk, said, conn, now)
    if is_before_customers(conn, desk, ticket, said.comment()):
        return "ignored: a thread without a customer"
    return _record_comment(desk, said, ticket.ticket_id, conn, now)


def _follow_up(desk: Desk, said: Said, conn: Connection, now: datetime) -> str:
    if desk.config.intake.ignores(said.user, said.text):
        return "ignored: by configuration"
    begun = next_in_thread(conn, desk, (said.message.channel, said.message.root_ts), said.message.at)
    if begun is not None:
        begin_follow_up_earlier(desk, said, begun, conn, now)
        return "ticket opened earlier: follow-up"
    begin(desk, said, conn, now)
    return "ticket opened: follow-up"


def _first_in_thread(desk: Desk, said: Said, parent: Said | None, conn: Connection, now: datetime) -> str:
    """A reply in a thread without a ticket opens one when its first message, or this one, is a customer's."""
    if parent is None:
        return "ignored: a thread that is not a customer's"
    match parent.speaker.role:
        case Role.END_USER:
            outcome = _customer_top_level(desk, parent, conn, now)
        case Role.AGENT if (answer := _unthreaded_reply(desk, parent, conn, now)).startswith("comment"):
            outcome = answer
        case role if said.speaker.role is Role.END_USER:
            if desk.config.intake.ignores(said.user, said.text):
                return "ignored: by configuration"
            begin(desk, parent, conn, now)
            outcome = f"ticket opened: by {'an agent' if role is Role.AGENT else 'a bot'}"
        case _:
            return "ignored: a thread without a customer"
    ticket = tickets.of_conversation(conn, desk.workspace, said.message.channel, said.message.root_ts)
    if ticket is None:
        return outcome
    _record_comment(desk, said, ticket.ticket_id, conn, now)
    return outcome


def _record_comment(desk: Desk, said: Said, ticket_id: int, conn: Connection, now: datetime) -> str:
    """A comment with what follows from it; in a few words what it was.

    What follows from one that comes late is worked out when the history is folded again.
    """
    entries, why = [entry_of(said, said.comment())], ""
    ticket = tickets.get(conn, desk.workspace, ticket_id)
    if ticket is not None and not evaluation.is_late(ticket, said.message.at):
        entries += assignment(ticket, said.comment(), said.source)
        if said.settings.pleasantries and said.message.thread_ts is not None:
            following, why = thanks(conn, desk, ticket, said.comment())
            entries += following
    ticketing.record(conn, desk, ticket_id, entries, now)
    return f"comment: {why}" if why else "comment"


def by_reaction(desk: Desk, said: Said, conn: Connection, now: datetime) -> str:
    """An agent's reaction makes a message a ticket, whatever else opens tickets in its channel."""
    if ticket_events.find(conn, desk.workspace, said.key) is not None:
        return "known"
    ticket = tickets.of_conversation(conn, desk.workspace, said.message.channel, said.message.root_ts)
    if ticket is not None and ticket.status != Status.CLOSED and not ticket.not_a_ticket:
        return "ignored: its thread has a ticket"
    begin(desk, said, conn, now)
    regroup(desk, said, conn, now)
    return "ticket opened: by a reaction"


def note(desk: Desk, message: Message, speaker: Speaker, conn: Connection, now: datetime) -> str:
    """A message in the thread of a ticket's card: an internal comment."""
    ticket = tickets.of_card(conn, desk.workspace, message.channel, message.root_ts)
    if ticket is None:
        return "ignored: the alert channel is not tracked"
    key = f"{message.channel}:{message.ts}"
    note = events.Comment(
        at=message.at, by=speaker.role, user=message.user, public=False, text=plain(message.text), id=key
    )
    ticketing.record(conn, desk, ticket.ticket_id, [Entry(key=key, event=note, actor=message.user)], now)
    return "internal note"


def edit(desk: Desk, edit: Edit, conn: Connection, now: datetime) -> str:
    """An edit changes what was said, never when: it restarts nothing. The newest counts, whenever it comes."""
    key = f"{edit.channel}:{edit.ts}"
    known = ticket_events.find(conn, desk.workspace, key)
    if known is None:
        return "ignored: an edit of a message that is not a ticket's"
    if ticket_events.find(conn, desk.workspace, f"{key}:deleted") is not None:
        return "ignored: an edit of a message that was deleted since"
    edited_at = known.body.get("edited_at")
    if edited_at is not None and instant(edited_at) >= edit.at:
        return "ignored: nothing said anew"
    is_new = known.body.get("text") != plain(edit.text)
    ticketing.reword(conn, desk, known, plain(edit.text), now, edited_at=edit.at)
    return "edited" if is_new else "ignored: nothing said anew"


def delete(desk: Desk, deletion: Deletion, source: Source, conn: Connection, now: datetime) -> str:
    """A deletion ends what the message started, and its words are forgotten at once."""
    key = f"{deletion.channel}:{deletion.ts}"
    known = ticket_events.find(conn, desk.workspace, key)
    if known is None:
        return "ignored: a deletion of a message that is not a ticket's"
    deleted = events.CommentDeleted(at=deletion.at, ref=key)
    entry = Entry(key=f"{key}:deleted", event=deleted, thread_ts=known.thread_ts, source=source)
    if not ticketing.record(conn, desk, known.ticket_id, [entry], now):
        ticketing.happened_earlier(conn, desk, entry, now)
    ticketing.reword(conn, desk, known, "", now)
    return "deleted"
