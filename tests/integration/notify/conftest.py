"""A certificate of our own, and servers on loopback that use it."""

import asyncio
import email
import email.policy
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from bot.config.model import Webhook
from bot.slack.alert_posts import AlertView
from tests.support.desk import desk_database, empty_desk_database

__all__ = ["desk_database", "empty_desk_database"]

NOON = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a server shows and what a client believes."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,DNS:pager.example.com,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return Trust(server=_server(certificate, key), client=ssl.create_default_context(cafile=str(certificate)))


def _server(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@dataclass(slots=True)
class MailServer:
    """Keeps what it is given, and says to each command what a test told it to."""

    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    drops_after_data: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    signed_in: list[bytes] = field(default_factory=list)
    protocols: list[SMTP] = field(default_factory=list)

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, *___: object) -> str:  # noqa: N802
        if "RCPT" in self.says:
            return self.says["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.over_tls.append(session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None)
        if "DATA" in self.says:
            return self.says["DATA"]
        self.recipients += envelope.rcpt_tos
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken.append(message)
        if self.drops_after_data:
            server.transport.abort()
        return "250 OK"

    def sign_in(self, _: SMTP, __: Session, ___: Envelope, ____: str, data: LoginPassword) -> AuthResult:
        self.signed_in.append(data.login)
        right = (data.login, data.password) == (b"sla@example.com", b"pa:ss/word")
        return AuthResult(success=right, handled=False)


Start = Callable[..., AbstractAsyncContextManager[MailServer]]


@pytest.fixture
def mail(trust: Trust) -> Start:
    """Starts a mail server: `mail(starttls=True)`, `mail(implicit=True)`, `mail(auth=True)`."""

    @asynccontextmanager
    async def start(*, starttls: bool = False, implicit: bool = False, auth: bool = False) -> AsyncIterator[MailServer]:
        server = MailServer()

        def protocol() -> SMTP:
            made = SMTP(
                server,
                hostname="mail.test",
                tls_context=trust.server if starttls else None,
                authenticator=server.sign_in if auth else None,
                auth_required=auth,
                auth_require_tls=auth,
                loop=asyncio.get_running_loop(),
            )
            server.protocols.append(made)
            return made

        loop = asyncio.get_running_loop()
        listening = await loop.create_server(protocol, "127.0.0.1", 0, ssl=trust.server if implicit else None)
        server.port = listening.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            listening.close()
            for one in server.protocols:
                if one.transport is not None:
                    one.transport.abort()
            await listening.wait_closed()

    return start


@dataclass(slots=True)
class Pager:
    """Somebody's server: what it was told, and what it says."""

    port: int = 0
    status: int = 204
    says: dict[str, str] = field(default_factory=dict)
    drops: bool = False
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        if self.drops:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=self.status, headers=self.says)

    def webhook(self, **changed: str) -> Webhook:
        given = {"name": "pager", "url": f"https://localhost:{self.port}/hook", "secret_env": "PAGER_SECRET"}
        return Webhook(**(given | changed))


@pytest.fixture
async def pager(trust: Trust) -> AsyncIterator[Pager]:
    found = Pager()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", found.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=trust.server).start()
    found.port = runner.addresses[0][1]
    yield found
    await runner.cleanup()


def an_alert(**changed: object) -> AlertView:
    given: dict[str, object] = {
        "number": 7,
        "customer": "Acme Inc",
        "tier": "enterprise",
        "text": "The export is empty",
        "priority": "urgent",
        "status": "open",
        "metric": "first_reply_time",
        "breach": True,
        "breach_at": datetime(2026, 1, 12, 11, 30, tzinfo=UTC),
        "offset": timedelta(minutes=30),
        "business_hours": True,
        "mentions": (),
        "permalink": "https://northwind.slack.com/archives/C0ACME/p1",
    }
    return AlertView(**(given | changed))  # type: ignore[arg-type]
