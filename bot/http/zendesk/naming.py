"""The numbers of everything that a page of resources names, found at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.http.zendesk.ports import ApiPorts
from bot.services.api.numbers import Kind, known_numbers, numbers_of
from store.tickets import TicketRecord

BUILT_IN_FIELDS = ("channel", "customer_tier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Numbers by kind and name."""

    known: Mapping[Kind, Mapping[str, int]]

    def of(self, kind: Kind, name: str | None) -> int | None:
        """The number of a name; None for no name."""
        return self.known.get(kind, {}).get(name) if name else None


async def numbers(api: ApiPorts, wanted: Mapping[Kind, Iterable[str | None]]) -> Numbers:
    """The numbers of all these names; who had none gets one."""
    names = {kind: sorted({name for name in some if name}) for kind, some in wanted.items()}
    workspace, now = api.desk().workspace, api.clock.now()
    found = await api.db.read(
        lambda conn: {kind: known_numbers(conn, workspace, kind, some) for kind, some in names.items()}
    )
    missing = {kind: [name for name in some if name not in found[kind]] for kind, some in names.items()}
    if any(missing.values()):
        given = await api.db.write(
            lambda conn: {kind: numbers_of(conn, workspace, kind, some, now) for kind, some in missing.items() if some}
        )
        found = {kind: {**known, **given.get(kind, {})} for kind, known in found.items()}
    return Numbers(known=found)


async def numbers_for(api: ApiPorts, tickets: Sequence[TicketRecord], people: Iterable[str | None] = ()) -> Numbers:
    """The numbers that tickets need, and those of some people besides."""
    own = {f"fields.{name}" for ticket in tickets for name in ticket.fields}
    return await numbers(
        api,
        {
            Kind.USER: {*people, *(ticket.requester for ticket in tickets), *(ticket.assignee for ticket in tickets)},
            Kind.ORGANIZATION: {ticket.customer for ticket in tickets},
            Kind.GROUP: {ticket.group_name for ticket in tickets},
            Kind.FIELD: {*BUILT_IN_FIELDS, *own},
        },
    )
