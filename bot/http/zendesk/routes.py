"""Routes whose answers hold what was said and nothing else: a key that Zendesk leaves out is left out."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute


class ResourceRoute(APIRoute):
    """A route that answers with a resource as it was made, without defaults filled in."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **(options | {"response_model_exclude_unset": True}))


def resource_router(prefix: str, tag: str) -> APIRouter:
    """A router of such routes."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=ResourceRoute)
