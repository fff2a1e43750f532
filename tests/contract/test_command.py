"""`python -m bot.sandbox`: a ready-made workspace in one command."""

import asyncio
import signal
import sys

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.command import serve
from tests.contract.scene import until


async def started(*arguments: str) -> tuple[asyncio.subprocess.Process, dict[str, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--port", "0", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().strip() for _ in range(4)]
    return process, dict(line.split("=", 1) for line in lines[1:])


async def test_it_prints_what_a_bot_needs_and_stops_on_interrupt():
    process, environment = await started()
    try:
        assert set(environment) == {"SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}
        client = AsyncWebClient(token=environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"])
        assert (await client.auth_test())["team"] == "Helpful Ltd"
        channels = (await client.users_conversations())["channels"]
        assert "acme-support" in [one["name"] for one in channels]
        assert (await client.apps_connections_open(app_token=environment["SLACK_APP_TOKEN"]))["ok"]
    finally:
        process.send_signal(signal.SIGINT)
    assert await process.wait() == 0


async def test_with_a_request_url_it_prints_the_signing_secret():
    process, environment = await started("--request-url", "http://127.0.0.1:9/slack/events")
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert set(environment) == {"SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}


async def test_a_port_that_is_taken_is_said_in_one_sentence():
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--port", str(port), stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await process.communicate()
    server.close()
    await server.wait_closed()
    assert process.returncode == 1
    assert complaint.decode().startswith(f"Cannot listen on 127.0.0.1:{port}")
    assert complaint.count(b"\n") == 1


async def test_an_empty_workspace_prints_only_its_address(capsys: pytest.CaptureFixture[str]):
    printed: list[str] = []

    def shown() -> bool:
        printed.append(capsys.readouterr().out)
        return any(printed)

    serving = asyncio.ensure_future(serve("127.0.0.1", 0, empty=True))
    await until(shown)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert "".join(printed).startswith("Sandbox Slack at http://127.0.0.1:")
    assert "SLACK" not in "".join(printed)


@pytest.mark.parametrize(
    ("request_url", "secret"), [("", "SLACK_APP_TOKEN"), ("http://127.0.0.1:9/", "SLACK_SIGNING_SECRET")]
)
async def test_the_sample_workspace_prints_one_way_to_receive(capsys, request_url: str, secret: str):
    printed: list[str] = []

    def shown() -> bool:
        printed.append(capsys.readouterr().out)
        return "SLACK_BOT_TOKEN" in "".join(printed)

    serving = asyncio.ensure_future(serve("127.0.0.1", 0, request_url=request_url))
    await until(shown)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    names = {line.split("=")[0] for line in "".join(printed).splitlines()[1:]}
    assert names == {"SLACK_API_URL", "SLACK_BOT_TOKEN", secret}
