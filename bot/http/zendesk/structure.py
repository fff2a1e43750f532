"""Organizations and groups (Zendesk: Organizations, Groups): the customers and the teams of the configuration."""

from typing import Any

from pydantic import BaseModel

from bot.http.zendesk.access import Reader
from bot.http.zendesk.identifiers import Identifier
from bot.http.zendesk.paging import PagedResource, Pages
from bot.http.zendesk.ports import Api
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.structure_json import GroupResource, OrganizationResource, groups_json, organizations_json
from bot.services.api.refusals import RecordNotFoundError


class OrganizationEnvelopeResource(BaseModel):
    """One organization."""

    organization: OrganizationResource


class OrganizationListResource(PagedResource):
    """Organizations."""

    organizations: list[OrganizationResource]


class GroupEnvelopeResource(BaseModel):
    """One group."""

    group: GroupResource


class GroupListResource(PagedResource):
    """Groups."""

    groups: list[GroupResource]


organizations_router = resource_router("/organizations", "organizations")
groups_router = resource_router("/groups", "groups")


@organizations_router.get("", response_model=OrganizationListResource)
async def list_organizations(api: Api, caller: Reader, pages: Pages) -> Any:
    """All customers."""
    found = list((await organizations_json(api, caller)).values())
    return pages.list_of("organizations", found, caller.links, dict)


@organizations_router.get("/{organization_id}", response_model=OrganizationEnvelopeResource)
async def show_organization(api: Api, caller: Reader, organization_id: Identifier) -> Any:
    """One customer."""
    return {"organization": _one((await organizations_json(api, caller)).values(), organization_id)}


@groups_router.get("", response_model=GroupListResource)
async def list_groups(api: Api, caller: Reader, pages: Pages) -> Any:
    """All groups."""
    return pages.list_of("groups", list((await groups_json(api, caller)).values()), caller.links, dict)


@groups_router.get("/{group_id}", response_model=GroupEnvelopeResource)
async def show_group(api: Api, caller: Reader, group_id: Identifier) -> Any:
    """One group."""
    return {"group": _one((await groups_json(api, caller)).values(), group_id)}


def _one(found: Any, number: int) -> Any:
    for one in found:
        if one["id"] == number:
            return one
    raise RecordNotFoundError
