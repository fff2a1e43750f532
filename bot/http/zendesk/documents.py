"""The OpenAPI document: what FastAPI knows of the routes, with the bodies and the credentials."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from bot.http.zendesk.bodies import WRITTEN

_BEARER = {"type": "http", "scheme": "bearer"}
_BASIC = {"type": "http", "scheme": "basic", "description": "User name `email/token`, password the token."}


def document(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title="Threadline",
            version="2",
            summary="Zendesk's Support API over a desk in Slack.",
            routes=app.routes,
            servers=[{"url": "/api/v2"}],
            separate_input_output_schemas=False,
        )
        parts = made.setdefault("components", {})
        template = "#/components/schemas/{model}"
        _, written = models_json_schema([(model, "validation") for model in WRITTEN.values()], ref_template=template)
        parts.setdefault("schemas", {}).update(written.get("$defs", {}))
        parts["securitySchemes"] = {"bearer": _BEARER, "basic": _BASIC}
        made["security"] = [{"bearer": []}, {"basic": []}]
        app.openapi_schema = made
    return app.openapi_schema
