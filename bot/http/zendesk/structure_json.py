"""Customers as Zendesk's organizations, and the team's groups."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.access import Caller
from bot.http.zendesk.naming import numbers
from bot.http.zendesk.ports import ApiPorts
from bot.http.zendesk.times import stamp
from bot.services.api.numbers import Kind
from store import resources


class OrganizationResource(BaseModel):
    """A customer."""

    model_config = ConfigDict(extra="allow")

    id: int
    url: str
    name: str
    external_id: str | None
    organization_fields: dict[str, Any]
    tags: list[str]
    created_at: str
    updated_at: str


class GroupResource(BaseModel):
    """People who share tickets."""

    model_config = ConfigDict(extra="allow")

    id: int
    url: str
    name: str
    created_at: str
    updated_at: str


async def organizations_json(api: ApiPorts, caller: Caller) -> dict[str, dict[str, Any]]:
    """The customers of the configuration by key; the tier is a field, and a tag."""
    desk = api.desk()
    customers = desk.config.customers
    await numbers(api, {Kind.ORGANIZATION: customers})
    records = await api.db.read(lambda conn: resources.named(conn, desk.workspace, Kind.ORGANIZATION, customers))
    return {
        key: {
            "id": record.number,
            "url": caller.links.to("organizations", record.number),
            "name": customers[key].name,
            "external_id": key,
            "shared_tickets": False,
            "shared_comments": False,
            "domain_names": [],
            "details": None,
            "notes": None,
            "group_id": None,
            "tags": [*customers[key].tags, *filter(None, [customers[key].tier])],
            "organization_fields": {"tier": customers[key].tier},
            "created_at": stamp(record.created_at),
            "updated_at": stamp(record.updated_at),
            "deleted_at": None,
        }
        for key, record in sorted(records.items(), key=lambda item: item[1].number)
    }


async def groups_json(api: ApiPorts, caller: Caller) -> dict[str, dict[str, Any]]:
    """The groups of the configuration by name."""
    desk = api.desk()
    groups = desk.config.groups
    await numbers(api, {Kind.GROUP: groups})
    records = await api.db.read(lambda conn: resources.named(conn, desk.workspace, Kind.GROUP, groups))
    return {
        name: {
            "id": record.number,
            "url": caller.links.to("groups", record.number),
            "name": name,
            "description": "",
            "default": False,
            "deleted": False,
            "is_public": True,
            "created_at": stamp(record.created_at),
            "updated_at": stamp(record.updated_at),
        }
        for name, record in sorted(records.items(), key=lambda item: item[1].number)
    }
