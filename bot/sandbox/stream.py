"""Server-sent events: the page's live view."""

import contextlib
import json

from aiohttp import web

from bot.sandbox.changes import Changes


async def serve_stream(request: web.Request, changes: Changes) -> web.StreamResponse:
    """Stream changes until the page goes away; the first event tells from which number on."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    async with contextlib.aclosing(changes.listen()) as stream:
        with contextlib.suppress(ConnectionError):
            async for change in stream:
                text = json.dumps(change, separators=(",", ":"))
                await response.write(f"id: {change['seq']}\nevent: change\ndata: {text}\n\n".encode())
    return response
