"""Zendesk's tickets as their comments and audits tell them: how they began, and our events for what came then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.importers.zendesk_export import Row, ZendeskExport, instant_of
from bot.services.api.refusals import whole_number
from bot.services.importing.zendesk_account import Account, texts, user_name
from bot.services.importing.zendesk_audits import (
    PRIORITIES,
    STATUSES,
    Change,
    changes_in,
    comments_in,
    event_of,
    is_one,
)
from bot.services.tickets.ticketing import Entry
from sla.events import Comment, Created, Event, StatusChanged
from sla.ticket import Status
from store.ticket_events import Source
from store.tickets import TicketRecord

_LONGEST_TEXT, _MOST_TAGS = 65_535, 500
_DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendeskTicket:
    """A ticket with what was said and done.

    Attributes:
        said: Its comments in their order; the first one opened it.
        changes: What its audits tell of fields, in their order.
    """

    row: Row
    number: int
    created_at: datetime
    said: tuple[Row, ...]
    changes: tuple[Change, ...]
    account: Account

    @property
    def name(self) -> str:
        """What its events' keys begin with."""
        return f"zendesk:{self.number}"

    def begun(self, workspace: str) -> TicketRecord:
        """The ticket as it was when it began."""
        row, account = self.row, self.account
        customer = account.customers.get(whole_number(row.get("organization_id")) or 0)
        requester = whole_number(row.get("requester_id"))
        group = whole_number(self._first("group_id", row.get("group_id")))
        assignee = whole_number(self._first("assignee_id", row.get("assignee_id")))
        priority = self._first("priority", row.get("priority"))
        kind = self._first("type", row.get("type"))
        via = row.get("via")
        channel = via.get("channel") if isinstance(via, Mapping) else None
        tags = (*texts(self._first("tags", row.get("tags")))[:_MOST_TAGS], *(customer.tags if customer else ()))
        return TicketRecord(
            workspace=workspace,
            channel_id="",
            thread_ts="",
            customer=customer.key if customer else None,
            customer_tier=customer.tier if customer else None,
            group_name=account.groups.get(group or 0),
            assignee=user_name(assignee) if assignee is not None else None,
            requester=user_name(requester) if requester is not None else None,
            requester_tags=list(account.requester_tags.get(requester or 0, ())),
            subject=_clipped(row.get("subject")) or _clipped(row.get("description")),
            priority=priority if is_one(priority, PRIORITIES) else None,
            ticket_type=kind if isinstance(kind, str) else None,
            tags=list(dict.fromkeys(tags)),
            via=channel[:50] if isinstance(channel, str) and channel else "zendesk",
            last_event_at=self.created_at,
            created_at=self.created_at,
            updated_at=self.created_at,
        )

    def _first(self, name: str, last: object) -> Any:
        """What a field was when the ticket began; without audits about it, what it is in the end.

        What was set in the instant of creation, by Zendesk's triggers say, was so from the beginning.
        """
        told = [change for change in self.changes if change.event["field_name"] == name]
        begun = [change.event for change in told if self._is_of_the_beginning(change)]
        if begun:
            return begun[-1].get("value")
        return told[0].event.get("previous_value") if told else last

    def _is_of_the_beginning(self, change: Change) -> bool:
        return change.event["type"] == "Create" or change.at <= self.created_at

    def created(self) -> Entry:
        """The ticket's first event."""
        opening = self.said[0] if self.said else {}
        requester = self.row.get("requester_id")
        author = next(
            (each for each in (opening.get("author_id"), self.row.get("submitter_id"), requester) if each), None
        )
        status = self._first("status", Status.NEW)
        event = Created(
            at=self.created_at,
            by=self.account.role(author, requester),
            user=_actor(author),
            public=opening.get("public") is not False,
            status=Status(status) if is_one(status, STATUSES) else Status.NEW,
            text=_text(opening) or _clipped(self.row.get("description")),
            id=f"{self.name}:created",
        )
        return Entry(key=f"{self.name}:created", event=event, actor=event.user, source=Source.IMPORT)

    def entries(self) -> list[Entry]:
        """What came after its creation, in that order; every key once."""
        entries = [
            self._entry(f"comment:{_id(comment)}", self._comment(comment), comment.get("author_id"))
            for comment in self.said[1:]
        ]
        for change in self.changes:
            event = None if self._is_of_the_beginning(change) else event_of(change, self.account)
            if event is not None:
                entries.append(self._entry(f"audit:{_id(change.named)}", event, change.author))
        if (ended := self._end()) is not None:
            entries.append(self._entry("status", ended, None))
        once: dict[str, Entry] = {}
        for entry in entries:
            once.setdefault(entry.key, entry)
        return sorted(once.values(), key=lambda entry: entry.event.at)

    def _entry(self, key: str, event: Event, author: object) -> Entry:
        return Entry(key=f"{self.name}:{key}", event=event, actor=_actor(author), source=Source.IMPORT)

    def _comment(self, comment: Row) -> Comment:
        at = instant_of(comment.get("created_at"))
        assert at is not None, "those without were left out"
        return Comment(
            at=max(at, self.created_at),
            by=self.account.role(comment.get("author_id"), self.row.get("requester_id")),
            user=_actor(comment.get("author_id")),
            public=comment.get("public") is not False,
            text=_text(comment),
            id=f"{self.name}:comment:{_id(comment)}",
        )

    def _end(self) -> StatusChanged | None:
        """Without audits of it all that is known of a ticket's end is its status, and when it was changed last."""
        if any(change.event["field_name"] == "status" for change in self.changes):
            return None
        status = self.row.get("status")
        at = instant_of(self.row.get("solved_at")) or instant_of(self.row.get("updated_at"))
        if not is_one(status, STATUSES) or status == Status.NEW or at is None:
            return None
        return StatusChanged(at=max(at, self.created_at), to=Status(status))


def zendesk_tickets(export: ZendeskExport, account: Account) -> Iterator[ZendeskTicket]:
    """The tickets of an export; those that cannot be taken are added to its problems.

    Of a ticket that is in it several times, as in exports made page by page, the last version counts.
    """
    comments, audits = export.of_ticket("comments"), export.of_ticket("audits")
    rows: dict[int, Row] = {}
    for row in export.rows["tickets"]:
        number = whole_number(row.get("id"))
        if number is None or instant_of(row.get("created_at")) is None:
            export.problems.append(f"ticket {row.get('id')!s:.30}: it has no number, or no time of creation.")
        elif row.get("status") == _DELETED:
            rows.pop(number, None)
            export.problems.append(f"ticket {number}: it was deleted.")
        else:
            rows[number] = row
    for number, row in rows.items():
        created_at = instant_of(row.get("created_at"))
        assert created_at is not None, "those without were left out"
        yield ZendeskTicket(
            row=row,
            number=number,
            created_at=created_at,
            said=tuple(_said(comments.get(number) or comments_in(audits.get(number, [])))),
            changes=tuple(changes_in(audits.get(number, []))),
            account=account,
        )


def _said(comments: list[Row]) -> list[Row]:
    return sorted((one for one in comments if instant_of(one.get("created_at"))), key=_written)


def _written(comment: Row) -> datetime:
    at = instant_of(comment.get("created_at"))
    assert at is not None, "those without were left out"
    return at


def _id(row: Row) -> str:
    """What tells a comment or an event from its ticket's others: its number, else its instant."""
    return f"{row.get('id') or row.get('created_at')!s:.40}"


def _actor(author: object) -> str | None:
    number = whole_number(author)
    return user_name(number) if number is not None else None


def _text(comment: Row) -> str:
    return _clipped(comment.get("plain_body") or comment.get("body"))


def _clipped(value: object) -> str:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""
