"""Customers: who they are, what is open for them, and how many promises to them were kept lately."""

from sqlalchemy import Connection

from bot.http.dashboard.visit import Shown, Visit
from bot.services.reporting.answering import report_of
from bot.services.reporting.asking import DAYS, Question
from sla.report import Dimension, Figures
from store import tickets
from store.tickets import Filter


def draw(conn: Connection, visit: Visit) -> Shown:
    """The page."""
    question = Question(zone=visit.zone, by=(Dimension.CUSTOMER,)).last_days(DAYS, visit.now)
    found = report_of(conn, visit.desk.workspace, question, visit.now)
    figures = {group.key[0]: group.figures for group in found.groups}
    rows = [
        {
            "customer": customer,
            "channels": [visit.name_of(channel) for channel in customer.channels],
            "owner": visit.name_of(customer.owner) if customer.owner else "",
            "open": tickets.count(conn, visit.desk.workspace, Filter(open_only=True, customer=customer.key)),
            "figures": figures.get(customer.key, Figures()),
        }
        for customer in visit.desk.config.customers.values()
    ]
    return Shown("customers.html", {"rows": rows, "others": figures.get(None), "days": DAYS})
