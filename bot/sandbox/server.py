"""The sandbox's web server: Web API, Socket Mode, control interface, page."""

from pathlib import Path

from aiohttp import web

from bot.sandbox.control.serve import Control, refuse_foreign
from bot.sandbox.errors import SandboxError
from bot.sandbox.slack import Slack
from bot.sandbox.stream import serve_stream
from bot.sandbox.web_api.outside import Outside
from bot.sandbox.web_api.serve import WebApi

PAGE = Path(__file__).parent / "page"
BODY_BYTES = 20_000_000


def application(slack: Slack, control: Control) -> web.Application:
    """Return the routes."""
    api = WebApi(slack)
    app = web.Application(client_max_size=BODY_BYTES)

    async def stream(request: web.Request) -> web.StreamResponse:
        try:
            refuse_foreign(request)
        except SandboxError as problem:
            return web.json_response({"ok": False, "error": problem.code, "message": str(problem)}, status=400)
        return await serve_stream(request, slack.changes)

    app.router.add_route("GET", "/api/{method}", api.handle)
    app.router.add_route("POST", "/api/{method}", api.handle)
    app.router.add_get("/link/", slack.sockets.handle)
    outside = Outside(slack)
    for path in ("actions", "commands", "app"):
        app.router.add_post(f"/{path}/{{team}}/{{secret}}", outside.response_url)
    app.router.add_post("/upload/v1/{file}", outside.upload)
    app.router.add_get("/files-pri/{file}/{rest:.*}", outside.download)
    app.router.add_get("/sandbox/picture/{file}", outside.picture)
    app.router.add_get("/sandbox/", control.index)
    app.router.add_get("/sandbox/stream", stream)
    app.router.add_get("/sandbox/{namespace}/{method}", control.handle)
    app.router.add_post("/sandbox/{namespace}/{method}", control.handle)
    app.router.add_get("/", _page)
    if PAGE.is_dir():
        app.router.add_static("/page/", PAGE)
    return app


async def _page(request: web.Request) -> web.StreamResponse:
    del request
    index = PAGE / "index.html"
    if index.is_file():
        return web.FileResponse(index, headers={"Cache-Control": "no-cache"})
    return web.Response(text="The sandbox is running. GET /sandbox/ lists the control interface.\n")
