"""A ticket as a line of a list."""

from bot.services.workspace.desk import Desk
from bot.slack.regular_posts import TicketLink
from store.tickets import TicketRecord


def link_of(desk: Desk, ticket: TicketRecord, remark: str) -> TicketLink:
    """The line of a ticket: its number leads to its conversation."""
    customer = desk.config.customers.get(ticket.customer or "")
    return TicketLink(
        number=ticket.ticket_id,
        permalink=ticket.permalink or "",
        customer=customer.name if customer else "",
        channel=ticket.channel_id,
        remark=remark,
    )
