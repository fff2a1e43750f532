"""Who is alerted of what, as far as it still holds: the facts behind every way in which an alert is put."""

from sqlalchemy import Connection

from bot.services.alerts import Alerted
from bot.services.desk import Desk
from bot.slack.alert_posts import AlertView
from bot.slack.client import SlackUnavailableError
from bot.slack.directory import Directory
from store import instances, tickets
from store.outbox import OutboxMessage
from store.tickets import TicketRecord


def held(desk: Desk, message: OutboxMessage, conn: Connection) -> tuple[TicketRecord, Alerted] | None:
    """The ticket and the alert of a row, if the promise that it is about is still open and has the same deadline."""
    ticket = tickets.get(conn, desk.workspace, message.ticket_id or 0)
    instance = instances.get(conn, desk.workspace, message.ticket_id or 0, message.metric or "", message.instance or 0)
    alerted = Alerted.from_payload(message.payload)
    if ticket is None or instance is None or instance.outcome != "open" or instance.breach_at != alerted.breach_at:
        return None
    return ticket, alerted


async def alert_view(desk: Desk, directory: Directory, ticket: TicketRecord, alerted: Alerted) -> AlertView:
    """An alert as its reader sees it; the customer goes by the name that the configuration gives."""
    customer = desk.config.customers.get(ticket.customer or "")
    return AlertView(
        number=ticket.ticket_id,
        customer=customer.name if customer else await display_name(directory, ticket.requester),
        tier=ticket.customer_tier or "",
        text=ticket.subject,
        priority=ticket.priority or "",
        status=ticket.status,
        metric=alerted.metric,
        breach=alerted.breach,
        breach_at=alerted.breach_at,
        offset=alerted.offset,
        business_hours=alerted.business_hours,
        mentions=alerted.mentions,
        permalink=ticket.permalink or "",
        instead_of=alerted.instead_of,
        unverified=alerted.unverified,
    )


async def display_name(directory: Directory, user: str | None) -> str:
    """What somebody is called; the id where Slack does not say: a name must never hold up an alert."""
    if not user:
        return ""
    try:
        return (await directory.person(user)).name
    except SlackUnavailableError:
        return user
