"""Errors as Zendesk words them: always JSON, always with ``error``, never a trace of how it happened."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from bot.services.api.refusals import ForbiddenError, RecordInvalidError, RecordNotFoundError, UnreadableError
from store.errors import StoreError

log = structlog.get_logger()


class ErrorResource(BaseModel):
    """Why a request was not carried out."""

    error: str
    description: str | None = None
    details: dict[str, list[dict[str, str]]] | None = None


class ApiError(Exception):
    """An answer that is not what was asked for."""

    def __init__(
        self, status: int, error: str, description: str | None = None, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(error)
        self.status, self.error, self.description, self.headers = status, error, description, headers


NOT_FOUND = ("RecordNotFound", "Not found")
RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorResource, "description": "The request has not the shape that it needs."},
    401: {"model": ErrorResource, "description": "No good credential."},
    403: {"model": ErrorResource, "description": "The token's role does not allow it."},
    404: {"model": ErrorResource, "description": "There is nothing by that number."},
    413: {"model": ErrorResource, "description": "The body is larger than 1 MB."},
    422: {"model": ErrorResource, "description": "The values cannot be kept."},
    429: {"model": ErrorResource, "description": "Too many requests in this minute."},
    503: {"model": ErrorResource, "description": "The database cannot be used right now."},
}


def handle_errors(app: FastAPI) -> None:  # noqa: C901 - one handler for each kind of error
    """Have every error of the application answered in Zendesk's form."""

    @app.exception_handler(ApiError)
    async def refused(_request: Request, error: ApiError) -> JSONResponse:
        return _answer(error.status, error.error, error.description, headers=error.headers)

    @app.exception_handler(RecordNotFoundError)
    async def missing(_request: Request, _error: RecordNotFoundError) -> JSONResponse:
        return _answer(404, *NOT_FOUND)

    @app.exception_handler(RecordInvalidError)
    async def invalid(_request: Request, error: RecordInvalidError) -> JSONResponse:
        return _answer(422, "RecordInvalid", "Record validation errors", details=error.details)

    @app.exception_handler(UnreadableError)
    async def unreadable(_request: Request, error: UnreadableError) -> JSONResponse:
        return _answer(400, "BadRequest", str(error))

    @app.exception_handler(ForbiddenError)
    async def forbidden(_request: Request, _error: ForbiddenError) -> JSONResponse:
        return _answer(403, "Forbidden", "You do not have access to this. Ask an admin for a token of another role.")

    @app.exception_handler(RequestValidationError)
    async def not_readable(_request: Request, error: RequestValidationError) -> JSONResponse:
        if any(found["loc"][:1] == ("path",) for found in error.errors()):
            return _answer(404, *NOT_FOUND)
        named = ", ".join(".".join(map(str, found["loc"])) for found in error.errors())
        return _answer(400, "BadRequest", f"Not readable: {named}")

    @app.exception_handler(HTTPException)
    async def no_route(_request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return _answer(404, "InvalidEndpoint", "Not found")
        return _answer(error.status_code, "MethodNotAllowed", str(error.detail), headers=error.headers)

    @app.exception_handler(StoreError)
    async def unavailable(_request: Request, error: StoreError) -> JSONResponse:
        log.error("api.unavailable", reason=str(error))
        return _answer(503, "ServiceUnavailable", "Try again later.", headers={"Retry-After": "30"})

    @app.exception_handler(Exception)
    async def broken(_request: Request, _error: Exception) -> JSONResponse:
        return _answer(500, "InternalError", "Something went wrong here; it was written to the log.")


def _answer(
    status: int,
    error: str,
    description: str | None,
    *,
    details: object = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    said = {"error": error, "description": description, "details": details}
    body = {name: value for name, value in said.items() if value is not None}
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))
