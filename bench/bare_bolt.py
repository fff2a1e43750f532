"""The peer of P5: Bolt as its documentation shows it, behind FastAPI and uvicorn, with a listener that does nothing.

Like any such app it answers before its listener runs, and remembers nothing. ``python -m bench.bare_bolt PORT SECRET``.
"""

import logging
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-nobody", bot_user_id="U0NOBODY")


def build(secret: str) -> FastAPI:
    bolt = AsyncApp(logger=logging.getLogger("bare"), signing_secret=secret, authorize=_authorize)
    handler = AsyncSlackRequestHandler(bolt)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @bolt.event("message")
    async def _nothing(body: dict[str, Any]) -> None:
        """Take the event, and forget it."""

    @app.post("/slack/events")
    async def _events(request: Request) -> Any:
        return await handler.handle(request)

    return app


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
