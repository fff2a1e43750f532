"""The tickets of a Zendesk export, told under a configuration that judges them."""

from collections.abc import Iterator
from datetime import datetime

from bot.importers.zendesk_export import ZendeskExport
from bot.services.importing.zendesk_account import Account, customers_of, groups_of
from bot.services.importing.zendesk_tickets import zendesk_tickets
from bot.services.simulation.simulating import Setup, Tell
from bot.services.tickets.evaluation import ticket_of
from sla.engine import History, fold


def zendesk_history(export: ZendeskExport, until: datetime) -> Tell:
    """The tickets under Zendesk's own numbers, as an import into a desk of that configuration would take them.

    The export says whom they are of; its own schedules and policies are no part of it.
    """

    def tell(setup: Setup) -> Iterator[tuple[History, datetime]]:
        customers = customers_of(setup.config, export.rows["organizations"])
        for told in zendesk_tickets(export, Account.of(export, groups_of(export), customers)):
            initial = ticket_of(told.begun(""))._replace(id=str(told.number))
            happened = (entry.event for entry in (told.created(), *told.entries()))
            events = setup.story(initial, happened, until)
            yield fold(initial, setup.rules, events, max([until, *(event.at for event in events)])), until

    return tell
