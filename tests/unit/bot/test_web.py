"""The web server: where it listens, what it answers, and to whom it does not."""

import json
import socket

import aiohttp
import pytest

from bot.errors import BotError
from bot.http.app import MAX_BODY_BYTES, Ports, Readiness, build_web
from bot.http.server import HttpServer
from bot.slack.receiver import build_receiver

SECRET = "sesame"


class Desk:
    """Stands behind the web application: what it keeps, and what it says about itself."""

    def __init__(self, *, ready=True, http=True):
        self.kept = []
        self.broken = False
        self._ready = ready
        self._receiver = build_receiver(keep=self._keep, signing_secret=SECRET) if http else None

    async def _keep(self, envelope):
        if self.broken:
            raise OSError("the disk is full")
        self.kept.append(envelope)

    async def _readiness(self):
        return Readiness(ready=self._ready, detail={"database": "ok"})

    async def _metrics(self):
        return b"threadline_tickets_open 3\n"

    def server(self):
        ports = Ports(
            receiver=self._receiver,
            liveness=lambda: Readiness(ready=self._ready, detail={"status": "ok" if self._ready else "stuck"}),
            readiness=self._readiness,
            metrics=self._metrics,
        )
        return HttpServer(build_web(ports), host="127.0.0.1", port=0)


@pytest.fixture
async def visit():
    """Serves a desk and makes one request to it."""
    servers = []

    async def request(desk, path, method="GET", **more):
        server = desk.server()
        servers.append(server)
        base = await server.start()
        async with aiohttp.ClientSession() as session, session.request(method, base + path, **more) as answer:
            return answer.status, await answer.text(), answer.headers

    yield request
    for server in servers:
        await server.stop()


def signed(body, secret=SECRET, **changed):
    import hashlib
    import hmac
    import time

    stamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    return {"data": body, "headers": headers | {"Content-Type": "application/json"} | changed}


EVENT = json.dumps({"type": "event_callback", "team_id": "T0", "event_id": "Ev1", "event": {"type": "x"}})


async def test_it_lives_and_it_is_ready(visit):
    assert (await visit(Desk(), "/healthz"))[:2] == (200, '{"status":"ok"}')
    status, text, _ = await visit(Desk(), "/readyz")
    assert (status, json.loads(text)) == (200, {"database": "ok", "ready": True})


async def test_what_is_stuck_says_so(visit):
    assert (await visit(Desk(ready=False), "/healthz"))[:2] == (503, '{"status":"stuck"}')


async def test_its_figures_are_there_for_prometheus(visit):
    status, text, headers = await visit(Desk(), "/metrics")
    assert (status, text) == (200, "threadline_tickets_open 3\n")
    assert headers["content-type"].startswith("text/plain; version=")


async def test_what_is_not_ready_says_so(visit):
    status, text, _ = await visit(Desk(ready=False), "/readyz")
    assert (status, json.loads(text)["ready"]) == (503, False)


async def test_slacks_signed_request_is_kept_and_then_answered(visit):
    desk = Desk()
    assert (await visit(desk, "/slack/events", "POST", **signed(EVENT)))[0] == 200
    assert [envelope.kind for envelope in desk.kept] == ["event"]


async def test_what_could_not_be_kept_is_not_acknowledged(visit):
    desk = Desk()
    desk.broken = True
    status, _, _ = await visit(desk, "/slack/events", "POST", **signed(EVENT))
    assert status >= 500


@pytest.mark.parametrize(
    "request_",
    [
        {"data": EVENT},
        signed(EVENT, secret="guessed"),
        signed(EVENT, **{"X-Slack-Request-Timestamp": "1"}),
        signed(EVENT, **{"X-Slack-Request-Timestamp": "²"}),
        signed(EVENT, **{"X-Slack-Signature": ""}),
        signed(EVENT) | {"data": b"\xff\xfe"},
        signed(EVENT) | {"data": EVENT + " "},
    ],
)
async def test_what_slack_did_not_sign_is_refused_and_not_kept(visit, request_):
    desk = Desk()
    status, _, _ = await visit(desk, "/slack/events", "POST", **request_)
    assert (status, desk.kept) == (401, [])


async def test_more_than_slack_ever_sends_is_not_read(visit):
    desk = Desk()
    status, _, _ = await visit(desk, "/slack/events", "POST", **signed(" " * (MAX_BODY_BYTES + 1)))
    assert (status, desk.kept) == (413, [])


async def test_in_socket_mode_nothing_is_taken_over_http(visit):
    status, text, _ = await visit(Desk(http=False), "/slack/events", "POST", **signed(EVENT))
    assert (status, "Socket Mode" in text) == (404, True)


async def test_a_port_that_is_taken_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BotError, match=f"Port {port} on 127.0.0.1 is taken by another program"):
            await HttpServer(build_web_of(Desk()), host="127.0.0.1", port=port).start()


async def test_an_address_of_another_machine_is_one_sentence():
    with pytest.raises(BotError, match=r"Cannot listen on 192\.0\.2\.1:3000"):
        await HttpServer(build_web_of(Desk()), host="192.0.2.1", port=3000).start()


def build_web_of(desk):
    return desk.server()._app


async def test_a_server_that_was_never_started_stops():
    await Desk().server().stop()
