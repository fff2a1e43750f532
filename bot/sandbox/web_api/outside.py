"""What lies beside the Web API: response URLs, uploads, downloads."""

from aiohttp import web

from bot.sandbox.control.serve import refuse_foreign
from bot.sandbox.errors import SandboxError, SlackError
from bot.sandbox.interactions import respond
from bot.sandbox.slack import Slack
from bot.sandbox.strict_json import parse_object


class Outside:
    """Serves the URLs that payloads and answers hand out."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def response_url(self, request: web.Request) -> web.StreamResponse:
        """Do what an app says to one of its response URLs."""
        try:
            body = parse_object(await request.read())
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        url = self._slack.response_urls.use(request.match_info["secret"])
        if isinstance(url, str):
            return web.json_response({"ok": False, "error": url}, status=404)
        try:
            respond(self._slack, url, body)
        except SlackError as refusal:
            return web.json_response({"ok": False, "error": refusal.error, **refusal.fields}, status=400)
        return web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take a reserved file's bytes, sent raw or as a form."""
        entry = self._slack.world.files.get(request.match_info["file"])
        if entry is None or entry.completed:
            return web.Response(status=404, text="no such upload")
        if request.content_type == "multipart/form-data":
            try:
                parts = (await request.post()).values()
            except ValueError:
                return web.Response(status=400, text="not a form")
            content = next((part.file.read() for part in parts if isinstance(part, web.FileField)), b"")
        else:
            content = await request.read()
        if len(content) != entry.size:
            return web.Response(status=400, text="the length is not the one announced")
        entry.content = content
        return web.Response(text=f"OK - {entry.size}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give a file to whoever shows a token that may read it."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        install = self._slack.world.tokens.get(token)
        entry = self._slack.world.files.get(request.match_info["file"].rpartition("-")[2])
        if install is None or not install.is_live or "files:read" not in install.scopes or entry is None:
            return web.Response(status=403, text="not allowed")
        return web.Response(body=entry.content, content_type="application/octet-stream")

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """Show a person a picture that was shared, as the page's `img`; anything else is no picture."""
        try:
            refuse_foreign(request)
        except SandboxError as problem:
            return web.Response(status=400, text=str(problem))
        entry = self._slack.world.files.get(request.match_info["file"])
        if entry is None or not entry.completed or not entry.image_type:
            return web.Response(status=404, text="no such picture")
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
        return web.Response(body=entry.content, content_type=f"image/{entry.image_type}", headers=headers)
