"""Server-sent events: the page's live view."""

import asyncio
import json

from aiohttp import web

from bot.sandbox.changes import Changes

BEAT_SECONDS = 15.0


async def serve_stream(request: web.Request, changes: Changes) -> web.StreamResponse:
    """Stream changes until the page goes away; the first event tells from which number on."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    stream = changes.listen()
    try:
        async for change in stream:
            text = json.dumps(change, separators=(",", ":"))
            await response.write(f"id: {change['seq']}\nevent: change\ndata: {text}\n\n".encode())
    except (ConnectionError, asyncio.CancelledError):
        if not _gone(request):
            raise
    finally:
        await stream.aclose()
    return response


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()
