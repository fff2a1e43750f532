"""The stories of all tickets of a file; where tickets are merged, those of one group are told together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import merge

from sla.engine import Gathering, History, fold, in_order
from sla.events import Comment, CommentDeleted, Created, Event, Merged, MergedIn, Reaction
from sla.policy import Rules
from sla.ticket import Status
from sla.timeline.reading import Timeline, TimelineTicket


def tell_stories(timeline: Timeline) -> Iterator[History]:
    """Yield the history of each ticket up to the timeline's end, in the file's order."""
    linked = _linked(timeline.tickets)
    told: dict[str, History] = {}
    for each in timeline.tickets:
        group = linked.get(each.ticket.id)
        if group is None:
            yield fold(each.ticket, timeline.rules, each.events, timeline.until)
            continue
        if each.ticket.id not in told:
            told |= _Merging(group, timeline.rules).tell(timeline.until)
        yield told.pop(each.ticket.id)


def _linked(tickets: Sequence[TimelineTicket]) -> dict[str, list[TimelineTicket]]:
    """Return, for each ticket that is part of a merge, all tickets that merges link it with, in the file's order."""
    group_of = {each.ticket.id: [each] for each in tickets}
    merged: set[str] = set()
    for each in tickets:
        for event in each.events:
            if isinstance(event, Merged) and event.into in group_of:
                merged |= {each.ticket.id, event.into}
                _join(group_of, each.ticket.id, event.into)
    order = {each.ticket.id: place for place, each in enumerate(tickets)}
    return {id_: sorted(group_of[id_], key=lambda each: order[each.ticket.id]) for id_ in merged}


def _join(group_of: dict[str, list[TimelineTicket]], one: str, other: str) -> None:
    if group_of[one] is not group_of[other]:
        joined = group_of[one] + group_of[other]
        group_of |= dict.fromkeys((each.ticket.id for each in joined), joined)


class _Merging:
    """Tickets that are merged into one another, told together in the order of time.

    Attributes:
        gatherings: The fold of each ticket, by id.
        into: The ticket that each merged ticket was merged into.
    """

    def __init__(self, tickets: Sequence[TimelineTicket], rules: Rules) -> None:
        self.tickets = tickets
        self.gatherings = {each.ticket.id: Gathering.of(each.ticket, rules) for each in tickets}
        self.into: dict[str, str] = {}

    def tell(self, until: datetime) -> dict[str, History]:
        """Return the history of each ticket, by id."""
        stories = [[(event, each.ticket.id) for event in in_order(each.events)] for each in self.tickets]
        for event, id_ in merge(*stories, key=lambda told: told[0].at):
            if event.at <= until:
                self._tell(_with_own_ids(event, id_), id_)
        return {id_: gathering.end(until) for id_, gathering in self.gatherings.items()}

    def _tell(self, event: Event, id_: str) -> None:
        match event:
            case Merged():
                self._merge(event, id_)
            case Comment() | CommentDeleted() | Reaction():
                self.gatherings.get(self._target(id_), self.gatherings[id_]).take(event)
            case _:
                self.gatherings[id_].take(event)

    def _merge(self, event: Merged, id_: str) -> None:
        """Merge a ticket into another, or take it out again; the two get an event each."""
        source, target = self.gatherings[id_], self.gatherings.get(self._target(event.into))
        if source is target and not event.undo:
            source.refuse(event, "the ticket cannot be merged into itself")
            return
        if event.undo and self.into.get(id_, event.into) != event.into:
            source.refuse(event, f"the ticket was not merged into {event.into!r}")
            return
        if target and not event.undo and not _can_take_in(target):
            source.refuse(event, f"the ticket cannot be merged into {event.into!r}, which is closed or not yet created")
            return
        makes_sense = event.undo is (id_ in self.into)
        messages = source.draft.waiting
        source.take(event)
        if not makes_sense:
            return
        if target:
            target.take(MergedIn(at=event.at, source=id_, messages=() if event.undo else messages, undo=event.undo))
        if event.undo:
            del self.into[id_]
        else:
            self.into[id_] = event.into

    def _target(self, id_: str) -> str:
        """Return the ticket that a ticket's conversation belongs to by now."""
        while id_ in self.into:
            id_ = self.into[id_]
        return id_


def _can_take_in(target: Gathering) -> bool:
    return target.draft.created and target.draft.status is not Status.CLOSED


def _with_own_ids(event: Event, ticket: str) -> Event:
    """Return an event whose comment has an id that no other ticket's comment has."""
    match event:
        case Created(id=str(comment)) | Comment(id=str(comment)):
            return replace(event, id=f"{ticket}/{comment}")
        case CommentDeleted(ref=comment):
            return replace(event, ref=f"{ticket}/{comment}")
        case _:
            return event
