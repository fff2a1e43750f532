"""A certificate of our own, and servers on loopback that use it."""

import ssl
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.slack.alert_posts import AlertView

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
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return Trust(server=_server(certificate, key), client=ssl.create_default_context(cafile=str(certificate)))


def _server(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


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
