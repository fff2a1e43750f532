"""SLA policies and group SLA policies (Zendesk: SLA Policies, Group SLA Policies)."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.access import Admin, Caller, Reader
from bot.http.zendesk.bodies import Body, takes, wrapped
from bot.http.zendesk.links import Links
from bot.http.zendesk.paging import PagedResource, Pages
from bot.http.zendesk.policy_definitions import DefinitionsResource, definitions
from bot.http.zendesk.policy_kinds import GROUP, PLAIN, PolicyKind
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.times import stamp
from bot.services.api import policies
from bot.services.api.editing import Editor
from bot.services.api.policies import PolicyView
from bot.services.api.policy_rows import row_shown
from bot.services.api.refusals import UnreadableError
from bot.services.workspace.desk import Desk


class ConditionResource(BaseModel):
    """A comparison of a ticket's field with a value."""

    field: str
    operator: str
    value: Any = None


class FilterResource(BaseModel):
    """Conditions of which all of one list, and any of the other, must hold."""

    all: list[ConditionResource]
    any: list[ConditionResource]


class PolicyMetricResource(BaseModel):
    """The target of a metric at a priority, in minutes and in seconds."""

    priority: str
    metric: str
    target: int
    target_in_seconds: int
    business_hours: bool


class SlaPolicyResource(BaseModel):
    """An SLA policy, or a group SLA policy, whose id is a text."""

    id: int | str
    url: str
    title: str
    description: str
    position: int
    filter: FilterResource
    policy_metrics: list[PolicyMetricResource]
    metric_settings: dict[str, dict[str, Any]] | None = None
    created_at: str
    updated_at: str


class SlaPolicyWrite(BaseModel):
    """What may be written of a policy."""

    model_config = ConfigDict(extra="allow")

    title: str | None = None
    description: str | None = None
    position: int | None = None
    filter: dict[str, Any] | None = None
    policy_metrics: list[dict[str, Any]] | None = None
    metric_settings: dict[str, Any] | None = None


def policy_json(kind: PolicyKind, view: PolicyView, links: Links) -> dict[str, Any]:
    """A policy as Zendesk shows it."""
    shown = kind.shown(view)
    made = {
        "id": shown,
        "url": links.to(kind.path, shown),
        "title": view.document["title"],
        "description": view.document.get("description", ""),
        "position": view.position,
        "filter": view.given["filter"],
        "policy_metrics": [row_shown(row) for row in view.document.get("policy_metrics", [])],
        "created_at": stamp(view.created_at),
        "updated_at": stamp(view.updated_at),
    }
    return made | ({"metric_settings": view.given["metric_settings"]} if kind is PLAIN else {})


async def _listed(api: ApiPorts, kind: PolicyKind) -> list[PolicyView]:
    workspace, now = api.desk().workspace, api.clock.now()
    found = await api.db.read(lambda conn: policies.known(conn, workspace, kind.kind))
    if found is None:
        found = await api.db.write(lambda conn: policies.listing(conn, workspace, kind.kind, now))
    return found


async def _number(api: ApiPorts, kind: PolicyKind, written: str) -> int:
    return kind.number(written, await _listed(api, kind))


def _editor(desk: Desk, api: ApiPorts, caller: Caller) -> Editor:
    return Editor(workspace=desk.workspace, who=caller.name, now=api.clock.now())


def policy_router(kind: PolicyKind) -> APIRouter:  # noqa: C901 - one function for each operation
    """The operations on one kind of policies."""
    router = resource_router(f"/{kind.path}", kind.many)
    one, many = kind.resources(SlaPolicyResource, PagedResource, SlaPolicyWrite)
    identifier = Annotated[str, Path(description="The policy's id.")]

    async def saved(api: ApiPorts, change: Any) -> Any:
        result = await api.db.write(change)
        await api.take_up_rules()
        return result

    @router.get("", response_model=many)
    async def list_policies(api: Api, caller: Reader, pages: Pages) -> Any:
        views = await _listed(api, kind)
        return pages.list_of(kind.many, views, caller.links, lambda view: policy_json(kind, view, caller.links))

    @router.post("", response_model=one, status_code=201, openapi_extra=takes(kind.write))
    async def create_policy(api: Api, caller: Admin, body: Body, response: Response) -> Any:
        given, editor = wrapped(body, kind.one), _editor(api.desk(), api, caller)
        view = await saved(api, partial(policies.create, editor=editor, kind=kind.kind, given=given))
        made = policy_json(kind, view, caller.links)
        response.headers["location"] = made["url"]
        return {kind.one: made}

    @router.get("/definitions", response_model=DefinitionsResource)
    async def policy_definitions(api: Api, caller: Reader) -> Any:
        return await definitions(api, caller)

    @router.put("/reorder", response_model=many, openapi_extra=takes(kind.order))
    async def reorder_policies(api: Api, caller: Admin, body: Body, pages: Pages) -> Any:
        given = body.get(kind.ids)
        if not isinstance(given, list):
            raise UnreadableError(f"{kind.ids} has to be a list")
        views = await _listed(api, kind)
        numbers = [kind.number(written, views) for written in given]
        editor = _editor(api.desk(), api, caller)
        ordered = await saved(api, partial(policies.reorder, editor=editor, kind=kind.kind, numbers=numbers))
        return pages.list_of(kind.many, ordered, caller.links, lambda view: policy_json(kind, view, caller.links))

    @router.get("/{policy_id}", response_model=one)
    async def show_policy(api: Api, caller: Reader, policy_id: identifier) -> Any:
        views = await _listed(api, kind)
        return {kind.one: policy_json(kind, policies.find(views, kind.number(policy_id, views)), caller.links)}

    @router.put("/{policy_id}", response_model=one, openapi_extra=takes(kind.write))
    async def update_policy(api: Api, caller: Admin, policy_id: identifier, body: Body) -> Any:
        return await changed(api, caller, policy_id, body, whole=False)

    @router.put("/{policy_id}/replace", response_model=one, openapi_extra=takes(kind.write))
    async def replace_policy(api: Api, caller: Admin, policy_id: identifier, body: Body) -> Any:
        return await changed(api, caller, policy_id, body, whole=True)

    async def changed(api: ApiPorts, caller: Caller, policy_id: str, body: dict[str, Any], *, whole: bool) -> Any:
        number = await _number(api, kind, policy_id)
        given, editor = wrapped(body, kind.one), _editor(api.desk(), api, caller)
        change = partial(policies.update, editor=editor, kind=kind.kind, number=number, given=given, whole=whole)
        return {kind.one: policy_json(kind, await saved(api, change), caller.links)}

    @router.delete("/{policy_id}", status_code=204)
    async def delete_policy(api: Api, caller: Admin, policy_id: identifier) -> Response:
        number, editor = await _number(api, kind, policy_id), _editor(api.desk(), api, caller)
        await saved(api, partial(policies.delete, editor=editor, kind=kind.kind, number=number))
        return Response(status_code=204)

    return router


ROUTERS = (policy_router(PLAIN), policy_router(GROUP))
