"""The sandbox workspace alone, for developing against."""

from typing import Annotated

import typer

from bot.sandbox.command import main


def sandbox(
    port: Annotated[int, typer.Option(help="Where to listen, on loopback.")] = 3100,
    host: Annotated[str, typer.Option(help="The address to bind.")] = "127.0.0.1",
    request_url: Annotated[str, typer.Option(help="Send events there over HTTP instead of Socket Mode.")] = "",
) -> int:
    """Run a sandbox Slack workspace and print the tokens of an app installed in it."""
    return main(["--host", host, "--port", str(port), "--request-url", request_url])
