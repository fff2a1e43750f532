"""A ticket that begins with a request over REST."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from bot.services.api import comments
from bot.services.api.refusals import Problems
from bot.services.api.ticket_fields import FieldReader, Said, Wanted
from bot.services.api.ticket_writing import Writer, write_down
from bot.services.requests.authorise import Action
from bot.services.tickets import ticketing
from bot.services.tickets.ticketing import Entry
from sla.events import Created
from sla.ticket import ChannelKind, Role, Status
from store import tickets
from store.tickets import TicketRecord

VIA = "api"


def channel_wanted(writer: Writer, values: Mapping[str, Any], customer: str | None) -> str:
    """Where the ticket is to live: the channel that is named, the customer's first one, or nowhere in Slack."""
    named = values.get("channel")
    config = writer.desk.config
    if isinstance(named, str) and config.lists(named):
        return named
    known = config.customers.get(customer or "")
    return known.channels[0] if known and known.channels else ""


def create(
    conn: Connection, writer: Writer, given: Mapping[str, Any], kinds: Mapping[str, ChannelKind]
) -> tuple[int, str]:
    """Open a ticket; its number, and the key by which its events begin. ``kinds`` are those of the known channels.

    Raises:
        RecordInvalidError: What is given makes no sense; nothing was made.
    """
    reader = FieldReader(conn=conn, desk=writer.desk, user=writer.user, people=writer.people)
    said = given.get("comment", given.get("description"))
    wanted = reader.read({**given, "comment": said}, None, shared=False)
    problems = Problems()
    if wanted.comment is None:
        problems.blank("description")
    problems.raise_any()
    assert wanted.comment is not None, "that was a problem"
    key = f"api:{uuid4().hex}"
    comment = _first(writer, wanted.comment, wanted, named="author_id" in (said if isinstance(said, dict) else {}))
    number = _open(conn, writer, wanted, comment, key, kinds)
    write_down(conn, writer, number, Action.OPEN_TICKET, {})
    return number, key


def _first(writer: Writer, said: Said, wanted: Wanted, *, named: bool) -> Said:
    """The opening comment is the requester's, unless somebody else is named (Zendesk: the submitter)."""
    requester = wanted.values.get("requester")
    if named or requester is None or requester == writer.user or not said.public:
        return said
    known = next((person for person in writer.people.values() if person.name == requester), None)
    if known is None or known.role is Role.AGENT:
        return said
    return Said(body=said.body, public=True, author=requester, role=Role.END_USER)


def _open(
    conn: Connection, writer: Writer, wanted: Wanted, said: Said, key: str, kinds: Mapping[str, ChannelKind]
) -> int:
    values, desk, now = wanted.values, writer.desk, writer.now
    customer = desk.config.customers.get(values.get("customer") or "")
    channel = channel_wanted(writer, values, customer.key if customer else None)
    requester = values.get("requester") or (said.author if said.role is Role.END_USER else None)
    ticket = TicketRecord(
        workspace=desk.workspace,
        channel_id=channel,
        thread_ts="",
        channel_kind=kinds.get(channel, ChannelKind.PUBLIC),
        customer=customer.key if customer else None,
        customer_tier=customer.tier if customer else None,
        requester=requester,
        subject=wanted.subject or said.body,
        priority=values.get("priority"),
        assignee=values.get("assignee"),
        group_name=values.get("group") or desk.config.channel(channel).group,
        ticket_type=values.get("ticket_type"),
        tags=list(dict.fromkeys([*(customer.tags if customer else ()), *values.get("tags", [])])),
        fields={name.removeprefix("fields."): value for name, value in values.items() if name.startswith("fields.")},
        via=VIA,
        last_event_at=now,
        created_at=now,
        updated_at=now,
    )
    first = Created(
        at=now,
        by=said.role,
        user=said.author,
        public=said.public,
        status=Status(values.get("status") or Status.NEW),
        text=said.body,
        id=f"{key}:comment",
    )
    entry = Entry(key=f"{key}:comment", event=first, actor=said.author)
    number = ticketing.open_ticket(conn, desk, ticket, entry, now)
    created = tickets.get(conn, desk.workspace, number)
    assert created is not None, "it was just made"
    comments.post(conn, desk, created, f"{key}:comment", public=said.public, now=now)
    return number
