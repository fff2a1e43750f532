"""What an agent's page shows: tickets by their next deadline, and how the promises of today went."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.services.alerting import cards
from bot.services.alerting.alert_views import display_name
from bot.services.workspace.desk import Desk
from bot.slack.directory import Directory
from bot.slack.home.frame import Frame
from bot.slack.home.queue import Kept, QueueView, Show, TicketList, Today
from bot.slack.home.ticket_lines import TicketLine
from store import instances, tickets
from store.engine import Database
from store.homes import Home
from store.instances import InstanceRecord
from store.tickets import Filter, TicketRecord

# Each ticket is a block; with what stands around them they have to be fewer than a hundred.
_LONG_LIST, _SHORT_LIST = 60, 30
_GROUPS = {
    "First reply": ("first_reply_time",),
    "Next reply": ("next_reply_time",),
    "Updates": ("periodic_update_time", "pausable_update_time"),
    "Resolution": ("requester_wait_time", "agent_work_time", "total_resolution_time"),
    "Ownership": ("group_ownership_time",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A list as it is asked for."""

    title: str
    wanted: Filter
    limit: int
    none: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A list as it is stored."""

    asked: _Wanted
    total: int
    tickets: Sequence[TicketRecord]
    running: dict[int, list[InstanceRecord]]


async def queue_view(
    db: Database, desk: Desk, directory: Directory, home: Home, *, frame: Frame, now: datetime
) -> QueueView:
    """The page of somebody who may read tickets."""
    show = Show(home.shown) if home.shown in set(Show) else Show.BOTH
    asked = [
        replace(one, wanted=replace(one.wanted, priority=home.priority or None))
        for one in _lists(show, home.user_id, now)
    ]
    found, today = await db.read(partial(_gather, desk, asked, now))
    return QueueView(
        frame=frame,
        lists=[await _drawn(desk, directory, one) for one in found],
        today=today,
        show=show,
        priority=home.priority,
    )


def _lists(show: Show, user: str, now: datetime) -> list[_Wanted]:
    everything, mine = Filter(open_only=True), Filter(open_only=True, assignee=user)
    no_open = "There is no open ticket."
    match show:
        case Show.BOTH:
            others = Filter(open_only=True, not_assignee=user)
            return [
                _Wanted(title="Mine", wanted=mine, limit=_SHORT_LIST, none="You have no open ticket."),
                _Wanted(
                    title="The team's", wanted=others, limit=_SHORT_LIST, none="The team has no other open ticket."
                ),
            ]
        case Show.MINE:
            return [_Wanted(title="Mine", wanted=mine, limit=_LONG_LIST, none="You have no open ticket.")]
        case Show.TEAM:
            return [_Wanted(title="All of the team", wanted=everything, limit=_LONG_LIST, none=no_open)]
        case Show.UNASSIGNED:
            nobodys = replace(everything, unassigned=True)
            return [_Wanted(title="Nobody's yet", wanted=nobodys, limit=_LONG_LIST, none="Every ticket is somebody's.")]
        case Show.LATE:
            late = replace(everything, late_at=now)
            return [_Wanted(title="Late", wanted=late, limit=_LONG_LIST, none="Nothing is late.")]


def _gather(desk: Desk, asked: Sequence[_Wanted], now: datetime, conn: Connection) -> tuple[list[_Found], Today]:
    return [_find(conn, desk, one) for one in asked], today(conn, desk, now)


def _find(conn: Connection, desk: Desk, asked: _Wanted) -> _Found:
    listed = tickets.listing(conn, desk.workspace, asked.wanted, limit=asked.limit)
    running: dict[int, list[InstanceRecord]] = {}
    stored = instances.of_tickets(conn, desk.workspace, [ticket.ticket_id for ticket in listed])
    for one in sorted(stored, key=lambda one: (one.metric, one.instance)):
        running.setdefault(one.ticket_id, []).append(one)
    total = tickets.count(conn, desk.workspace, asked.wanted)
    return _Found(asked=asked, total=total, tickets=listed, running=running)


async def _drawn(desk: Desk, directory: Directory, found: _Found) -> TicketList:
    lines = [await _line(desk, directory, one, found.running.get(one.ticket_id, [])) for one in found.tickets]
    return TicketList(title=found.asked.title, lines=lines, total=found.total, none=found.asked.none)


async def _line(
    desk: Desk, directory: Directory, ticket: TicketRecord, of_ticket: Sequence[InstanceRecord]
) -> TicketLine:
    customer = desk.config.customers.get(ticket.customer or "")
    shown = cards.latest_of_each_metric(of_ticket)
    due = [(one.breach_at, one.metric) for one in shown if one.outcome == "open" and one.breach_at is not None]
    breach_at, metric = min(due, default=(None, ""))
    card = ticket.card_channel and ticket.card_ts and desk.installation.permalink(ticket.card_channel, ticket.card_ts)
    return TicketLine(
        number=ticket.ticket_id,
        badge=cards.badge_of(shown),
        subject=ticket.subject,
        customer=customer.name if customer else await display_name(directory, ticket.requester),
        tier=ticket.customer_tier or "",
        priority=ticket.priority or "",
        status=ticket.status,
        assignee=ticket.assignee or "",
        metric=metric,
        breach_at=breach_at,
        thread_url=ticket.permalink or "",
        card_url=card or "",
    )


def today(conn: Connection, desk: Desk, now: datetime) -> Today:
    """What has been decided since midnight where the default schedule is; at home of nowhere, since midnight UTC."""
    zone = time_zone(desk)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone).astimezone(UTC)
    counted = instances.decided_since(conn, desk.workspace, midnight)
    kept = [
        Kept(
            label=label,
            met=sum(counted.get((metric, "met"), 0) for metric in metrics),
            missed=sum(counted.get((metric, "missed"), 0) for metric in metrics),
        )
        for label, metrics in _GROUPS.items()
    ]
    return Today(time_zone=zone.key, kept=[one for one in kept if one.met + one.missed])


def time_zone(desk: Desk) -> ZoneInfo:
    """Where the default schedule is."""
    named = {schedule.name: schedule for schedule in desk.rules.schedules}
    default = named.get(desk.config.default_schedule or "")
    return default.zone if default else ZoneInfo("UTC")
