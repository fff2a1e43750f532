"""How a Web API call goes wrong on request."""

import asyncio
import socket
import struct

from aiohttp import web

from bot.sandbox.faults import CallFault, Fault


async def before(request: web.Request, faults: list[Fault]) -> web.StreamResponse | None:
    """Do what goes wrong before a call takes effect; returns the answer when that is the end of it."""
    for fault in faults:
        match fault.kind:
            case CallFault.DELAY:
                await asyncio.sleep(fault.seconds)
            case CallFault.HOLD:
                await fault.cleared.wait()
            case CallFault.REFUSE:
                reset(request)
                return web.Response(status=500)
            case CallFault.STATUS:
                return web.Response(status=fault.status, text="upstream error")
            case CallFault.GARBAGE:
                return web.Response(status=200, text="<html>not json", content_type="text/html")
            case CallFault.ERROR:
                return web.json_response({"ok": False, "error": fault.error})
            case CallFault.RATE_LIMIT:
                return limited(max(1, round(fault.seconds)), {})
            case _:
                continue
    return None


def limited(wait: int, headers: dict[str, str]) -> web.Response:
    """Return the answer to a caller who calls too often."""
    return web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={**headers, "Retry-After": str(wait)}
    )


def reset(request: web.Request) -> None:
    """Reset the caller's connection: they cannot know whether the call took effect."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
