"""What the numbers in Zendesk's tickets stand for: customers, groups, and who answers them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.config.config import Config
from bot.config.model import Customer
from bot.importers.zendesk_export import Row, ZendeskExport
from bot.services.api.refusals import whole_number
from bot.slack.text import visible
from sla.ticket import Role

_WORD = re.compile(r"[^a-z0-9]+")
_LONGEST_KEY, _LONGEST_NAME = 60, 200
_SYSTEM = -1
"""Zendesk: the author of what nobody wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What tickets refer to, by number.

    Attributes:
        roles: Of those users whom the export tells of.
        requester_tags: The tags of users, which tickets have from their requesters.
    """

    roles: Mapping[int, Role]
    requester_tags: Mapping[int, tuple[str, ...]]
    groups: Mapping[int, str]
    customers: Mapping[int, Customer]

    @classmethod
    def of(cls, export: ZendeskExport, groups: Mapping[int, str], customers: Mapping[int, Customer]) -> "Account":
        """The account that an export tells of, with the names that its groups and organizations have here."""
        users = {number: row for row in export.rows["users"] if (number := whole_number(row.get("id"))) is not None}
        return cls(
            roles={
                number: Role.END_USER if row.get("role") == "end-user" else Role.AGENT for number, row in users.items()
            },
            requester_tags={number: texts(row.get("tags")) for number, row in users.items()},
            groups=groups,
            customers=customers,
        )

    def role(self, author: object, requester: object) -> Role:
        """The requester is a customer; of the others it is as their users say, and an agent where nobody does."""
        number = whole_number(author)
        if author == _SYSTEM:
            return Role.BOT
        if number is None or number == whole_number(requester):
            return Role.END_USER
        return self.roles.get(number, Role.AGENT)


def groups_of(export: ZendeskExport) -> dict[int, str]:
    """The names of an export's groups by number, without those that have none."""
    found = {}
    for row in export.rows["groups"]:
        with suppress(ValueError):
            found[number_of(row)] = name_of(row)
    return found


def customers_of(config: Config, organizations: Iterable[Row]) -> dict[int, Customer]:
    """The customer that each organization is under a configuration, by number; those that it lacks are made up."""
    named = [row for row in organizations if is_named(row)]
    documents, keys = dict(config.document.get("customers") or {}), {}
    for row, key, made in as_customers(named, documents):
        documents |= {key: made} if made is not None else {}
        keys[number_of(row)] = key
    known = Config.from_document({**config.document, "customers": documents}).customers
    return {number: known[key] for number, key in keys.items()}


def is_named(row: Row) -> bool:
    """Whether it has a number and a name."""
    try:
        return bool(number_of(row) and name_of(row))
    except ValueError:
        return False


def as_customers(
    organizations: Iterable[Row], customers: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Row, str, dict[str, Any] | None]]:
    """Each organization, the key of the customer that has its name, and what to add where none has it yet.

    Raises:
        ValueError: An organization has no name.
    """
    taken, keys = set(customers), dict[str, str]()
    for key, one in customers.items():
        keys.setdefault(one.get("name", key), key)
    for row in organizations:
        name = name_of(row)
        if name in keys:
            yield row, keys[name], None
            continue
        keys[name] = _key(name, taken)
        taken.add(keys[name])
        yield row, keys[name], _customer(name, row)


def _customer(name: str, organization: Row) -> dict[str, Any]:
    fields = organization.get("organization_fields")
    tier = fields.get("tier") if isinstance(fields, Mapping) else None
    made: dict[str, Any] = {"name": name}
    made |= {"tier": visible(tier)} if isinstance(tier, str) and tier.strip() else {}
    made |= {"tags": list(texts(organization.get("tags")))} if isinstance(organization.get("tags"), list) else {}
    return made


def number_of(row: Row) -> int:
    """The number of something in an account.

    Raises:
        ValueError: It has none.
    """
    number = whole_number(row.get("id"))
    if number is None or number >= 2**53:
        raise ValueError("it has no number.")
    return number


def name_of(row: Row) -> str:
    """What something in an account is called, on one line.

    Raises:
        ValueError: It has no name.
    """
    name = row.get("name")
    if not isinstance(name, str) or not visible(name).strip():
        raise ValueError("it has no name.")
    return " ".join(visible(name).split())[:_LONGEST_NAME]


def user_name(number: int) -> str:
    """What somebody of a Zendesk account is called here, where nobody knows them in Slack."""
    return f"zendesk:{number}"


def texts(value: object) -> tuple[str, ...]:
    """What is text in a list that may be anything."""
    return tuple(one for one in value if isinstance(one, str) and one) if isinstance(value, list) else ()


def _key(name: str, taken: Collection[str]) -> str:
    """A key for a customer: its name in plain letters, with a number where that is taken."""
    key = _WORD.sub("-", name.lower()).strip("-")[:_LONGEST_KEY] or "customer"
    number = 1
    while (found := key if number == 1 else f"{key}-{number}") in taken:
        number += 1
    return found
