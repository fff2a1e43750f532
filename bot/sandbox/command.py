"""The sandbox as a command: a ready-made workspace, its tokens printed, until interrupted."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from bot.sandbox.model import Json
from bot.sandbox.sample import furnish
from bot.sandbox.sandbox import Sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the sample workspace until interrupted; returns the exit code."""
    parser = argparse.ArgumentParser(prog="threadline sandbox", description="A Slack workspace to develop against.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    parser.add_argument("--port", type=int, default=3100, help="port to listen on, 0 for any (default: 3100)")
    parser.add_argument("--request-url", default="", help="send events there over HTTP instead of Socket Mode")
    parser.add_argument("--empty", action="store_true", help="start without the sample workspace")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(serve(options.host, options.port, request_url=options.request_url, empty=options.empty))
    except OSError as problem:
        sys.stderr.write(f"Cannot listen on {options.host}:{options.port}: {problem.strerror or problem}.\n")
        return 1
    return 0


async def serve(host: str, port: int, *, request_url: str = "", empty: bool = False) -> None:
    """Serve until SIGINT or SIGTERM."""
    interrupted = _interrupts()
    sandbox = Sandbox()
    base = await sandbox.start(host, port)
    try:
        sys.stdout.write(f"Sandbox Slack at {base}/ (control interface: {base}/sandbox/)\n")
        if not empty:
            bot = furnish(sandbox, socket_mode=not request_url)
            if request_url:
                await sandbox.build.request_url(bot["id"], request_url, verify=False)
            sys.stdout.write(_environment(base, bot))
        sys.stdout.flush()
        await interrupted.wait()
    finally:
        await sandbox.stop()


def _environment(base: str, bot: Json) -> str:
    lines = [f"SLACK_API_URL={base}/api/", f"SLACK_BOT_TOKEN={bot['bot_token']}"]
    if bot["socket_mode"]:
        lines.append(f"SLACK_APP_TOKEN={bot['app_token']}")
    else:
        lines.append(f"SLACK_SIGNING_SECRET={bot['signing_secret']}")
    return "".join(f"{line}\n" for line in lines)


def _interrupts() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
