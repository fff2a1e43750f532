"""Webhooks (Zendesk: Webhooks): who is told of what happens to tickets and their clocks."""

from functools import partial
from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict

from bot.http.zendesk.access import Admin, Caller
from bot.http.zendesk.bodies import Body, takes, wrapped
from bot.http.zendesk.paging import PagedResource, Pages
from bot.http.zendesk.ports import Api, ApiPorts
from bot.http.zendesk.routes import resource_router
from bot.http.zendesk.times import stamp
from bot.services.api import webhooks
from store import subscriptions
from store.subscriptions import Subscription


class WebhookResource(BaseModel):
    """A webhook."""

    id: str
    name: str
    endpoint: str
    http_method: str
    request_format: str
    status: str
    subscriptions: list[str]
    created_at: str
    updated_at: str


class WebhookEnvelopeResource(BaseModel):
    """One webhook."""

    webhook: WebhookResource


class WebhookListResource(PagedResource):
    """Webhooks."""

    webhooks: list[WebhookResource]


class SecretResource(BaseModel):
    """What calls are signed with."""

    algorithm: str
    secret: str


class SecretEnvelopeResource(BaseModel):
    """What calls are signed with."""

    signing_secret: SecretResource


class WebhookWrite(BaseModel):
    """What may be written of a webhook."""

    model_config = ConfigDict(extra="allow")

    name: str | None = None
    endpoint: str | None = None
    http_method: str | None = None
    request_format: str | None = None
    status: str | None = None
    subscriptions: list[str] | None = None


class WebhookEnvelopeWrite(BaseModel):
    """A webhook to be written."""

    webhook: WebhookWrite


router = resource_router("/webhooks", "webhooks")
WebhookId = Annotated[str, Path(description="The webhook's id.")]


def _json(found: Subscription) -> dict[str, Any]:
    document = found.document
    return {
        "id": found.subscription_id,
        "name": document["name"],
        "endpoint": document["endpoint"],
        "http_method": "POST",
        "request_format": "json",
        "status": document["status"],
        "subscriptions": document["subscriptions"],
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
    }


def _secret(api: ApiPorts, found: Subscription) -> dict[str, Any]:
    return {"signing_secret": {"algorithm": "SHA256", "secret": webhooks.signing_secret(found, api.secret)}}


@router.get("", response_model=WebhookListResource)
async def list_webhooks(api: Api, caller: Admin, pages: Pages) -> Any:
    """All webhooks."""
    workspace = api.desk().workspace
    found = await api.db.read(lambda conn: subscriptions.listing(conn, workspace))
    return pages.list_of("webhooks", found, caller.links, _json)


@router.post("", response_model=WebhookEnvelopeResource, status_code=201, openapi_extra=takes(WebhookEnvelopeWrite))
async def create_webhook(api: Api, caller: Admin, body: Body) -> Any:
    """Add a webhook; it is told of what happens from now on."""
    workspace, now, given = api.desk().workspace, api.clock.now(), wrapped(body, "webhook")
    made = await api.db.write(lambda conn: webhooks.create(conn, workspace, given, caller.name, now))
    return {"webhook": _json(made)}


@router.get("/{webhook_id}", response_model=WebhookEnvelopeResource)
async def show_webhook(api: Api, _caller: Admin, webhook_id: WebhookId) -> Any:
    """One webhook."""
    workspace = api.desk().workspace
    return {"webhook": _json(await api.db.read(lambda conn: webhooks.find(conn, workspace, webhook_id)))}


@router.put("/{webhook_id}", response_model=WebhookEnvelopeResource, openapi_extra=takes(WebhookEnvelopeWrite))
async def update_webhook(api: Api, caller: Admin, webhook_id: WebhookId, body: Body) -> Any:
    """Change a webhook."""
    return await _changed(api, caller, webhook_id, body)


@router.patch("/{webhook_id}", response_model=WebhookEnvelopeResource, openapi_extra=takes(WebhookEnvelopeWrite))
async def patch_webhook(api: Api, caller: Admin, webhook_id: WebhookId, body: Body) -> Any:
    """Change a webhook."""
    return await _changed(api, caller, webhook_id, body)


async def _changed(api: ApiPorts, caller: Caller, webhook_id: str, body: dict[str, Any]) -> dict[str, Any]:
    workspace, now, given = api.desk().workspace, api.clock.now(), wrapped(body, "webhook")
    change = partial(webhooks.update, workspace=workspace, webhook_id=webhook_id, given=given, who=caller.name, now=now)
    return {"webhook": _json(await api.db.write(change))}


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(api: Api, caller: Admin, webhook_id: WebhookId) -> Response:
    """Take a webhook out."""
    workspace, now = api.desk().workspace, api.clock.now()
    await api.db.write(lambda conn: webhooks.delete(conn, workspace, webhook_id, caller.name, now))
    return Response(status_code=204)


@router.get("/{webhook_id}/signing_secret", response_model=SecretEnvelopeResource)
async def show_secret(api: Api, _caller: Admin, webhook_id: WebhookId) -> Any:
    """What its calls are signed with."""
    workspace = api.desk().workspace
    return _secret(api, await api.db.read(lambda conn: webhooks.find(conn, workspace, webhook_id)))


@router.post("/{webhook_id}/signing_secret", response_model=SecretEnvelopeResource, status_code=201)
async def reset_secret(api: Api, caller: Admin, webhook_id: WebhookId) -> Any:
    """Have its calls signed with another secret."""
    workspace, now = api.desk().workspace, api.clock.now()
    return _secret(
        api, await api.db.write(lambda conn: webhooks.reset_secret(conn, workspace, webhook_id, caller.name, now))
    )
