"""What things are called over REST: a number for every customer, person, group and field that has a name here."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from store import resources


class Kind(StrEnum):
    """What has numbers."""

    POLICY = "policy"
    GROUP_POLICY = "group_policy"
    SCHEDULE = "schedule"
    HOLIDAY = "holiday"
    ORGANIZATION = "organization"
    USER = "user"
    GROUP = "group"
    FIELD = "field"


def name_of(conn: Connection, workspace: str, kind: Kind, number: int) -> str | None:
    """What a number stands for."""
    found = resources.numbered(conn, workspace, kind, number)
    return None if found is None else found.name


def numbers_of(conn: Connection, workspace: str, kind: Kind, names: Iterable[str], now: datetime) -> dict[str, int]:
    """The number of each name, given now to those that had none."""
    given = resources.give_numbers(conn, workspace, kind, list(names), now)
    return {name: each.number for name, each in given.items()}


def known_numbers(conn: Connection, workspace: str, kind: Kind, names: Iterable[str]) -> dict[str, int]:
    """The numbers of those names that have one."""
    return {name: each.number for name, each in resources.named(conn, workspace, kind, list(names)).items()}
