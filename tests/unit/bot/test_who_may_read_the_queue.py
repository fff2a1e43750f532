"""The dashboard shows what customers wrote: without signing in it opens in a demonstration only, and only here."""

import pytest
from starlette.requests import Request

from bot.http.dashboard.access import is_from_here


def request(client: str, host: str, **headers: str) -> Request:
    raw = [(b"host", host.encode())] + [
        (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
    ]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": raw,
        "client": (client, 40000),
        "server": ("127.0.0.1", 3000),
        "scheme": "http",
    }
    return Request(scope)


@pytest.mark.parametrize("host", ["127.0.0.1:3000", "localhost:3000", "[::1]:3000"])
def test_a_person_at_this_machine_may_read_the_queue(host: str):
    assert is_from_here(request("127.0.0.1", host))


@pytest.mark.parametrize(
    ("client", "host", "headers"),
    [
        ("192.0.2.7", "192.0.2.1:3000", {}),
        ("127.0.0.1", "threadline.example.com", {}),
        ("127.0.0.1", "localhost:3000", {"x_forwarded_for": "192.0.2.7"}),
        ("127.0.0.1", "localhost:3000", {"forwarded": "for=192.0.2.7"}),
    ],
)
def test_nobody_else_may(client: str, host: str, headers: dict[str, str]):
    assert not is_from_here(request(client, host, **headers))
