"""Signed webhooks: our alerts as JSON, to an address on the public internet and nowhere else.

A configuration file names the address, so it is not trusted: https only, no redirects, and no address that belongs to
this machine or its network. What is checked is the address that the connection is about to be made to, whatever the
name resolved to before. An attempt whose answer is lost is made again with the same ``Idempotency-Key``.
"""

import base64
import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.config.model import Webhook
from bot.slack.sending import Accepted, Ambiguous, DestinationDead, NotAccepted, Outcome

_TIMEOUT_SECONDS = 10.0
_LONGEST_RETRY_AFTER = timedelta(hours=1)
# Addresses of the IPv4 internet as seen through a translator (RFC 6052).
_NAT64 = IPv6Network("64:ff9b::/96")

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a webhook is told.

    Attributes:
        webhook: Its name in the configuration, or its id where it was made over REST.
        content: JSON.
        to: Where it leads; None for what the configuration says.
        secret: What it is signed with; None for what the environment says.
    """

    webhook: str
    content: Mapping[str, Any]
    to: Webhook | None = None
    secret: str | None = field(default=None, repr=False)


class Webhooks:
    """Makes calls, each over a connection of its own."""

    def __init__(
        self, environ: Mapping[str, str], *, tls: ssl.SSLContext | None = None, allow_loopback: bool = False
    ) -> None:
        """``environ`` holds the secrets. ``tls`` and ``allow_loopback`` are for tests; no configuration sets them."""
        self._environ = environ
        self._tls = tls
        self._allow_loopback = allow_loopback

    async def send(
        self, content: Mapping[str, Any], to: Webhook | None, *, key: str, now: datetime, secret: str | None = None
    ) -> Outcome:
        """One attempt, and which class of outcome it had. ``key`` is the same for every attempt at the same alert."""
        if to is None:
            return DestinationDead(reason="the webhook is no longer configured")
        secret = self._environ.get(to.secret_env, "") if secret is None else secret
        if not secret:
            return DestinationDead(reason=f"{to.secret_env} is not set")
        if not _is_acceptable(to.url):
            return DestinationDead(reason="its address must start with https:// and hold no password")
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, "User-Agent": "Threadline"}
        return await self._post(to.url, body, headers | signature(secret, body, now))

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        door = Door(allow_loopback=self._allow_loopback)
        connector = aiohttp.TCPConnector(socket_factory=door.open, ssl=self._tls or True, force_close=True)
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
                ) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return _classify(answer.status, answer.headers.get("Retry-After", ""))
        except aiohttp.ClientConnectorError as error:
            if door.refused:
                return DestinationDead(reason="its address is not on the public internet")
            return NotAccepted(reason=f"no connection ({type(error).__name__})")
        except aiohttp.InvalidURL:
            return DestinationDead(reason="its address cannot be used")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Ambiguous(reason=type(error).__name__)


class Door:
    """Opens sockets to the public internet only, asked about the very address that is then connected to."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback
        self.refused = False

    def open(self, info: AddressInfo) -> socket.socket:
        """A socket for one address.

        Raises:
            PermissionError: The address is not public.
        """
        family, kind, protocol, _, where = info
        if not is_public(str(where[0]), allow_loopback=self._allow_loopback):
            self.refused = True
            raise PermissionError("This address is not on the public internet.")
        return socket.socket(family, kind, protocol)


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether an IP address is on the public internet, also when it is an IPv4 address in IPv6's clothes."""
    found = _unwrapped(ip_address(address.partition("%")[0]))
    if found is None:
        return False
    if allow_loopback and found.is_loopback:
        return True
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or _is_site_local(found)
    )


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address | None:
    """The address that packets end up at; None for tunnels, whose ends nobody can judge."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None if address.sixtofour is not None or address.teredo is not None else address


def _is_site_local(address: IPv4Address | IPv6Address) -> bool:
    return isinstance(address, IPv6Address) and address.is_site_local


def signature(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove who sent a body and when: HMAC-SHA256 over the timestamp, a dot and the raw body."""
    timestamp = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "X-Threadline-Timestamp": timestamp,
        "X-Threadline-Signature": f"v1={digest}",
        **_as_zendesk_signs(secret, body, timestamp),
    }


def _as_zendesk_signs(secret: str, body: bytes, timestamp: str) -> dict[str, str]:
    """The same in Zendesk's form: HMAC-SHA256 over the timestamp and the raw body, in base64."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return {
        "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
    }


def _is_acceptable(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.password is None


def _classify(status: int, retry_after: str) -> Outcome:
    reason = f"it answered {status}"
    if 200 <= status < 300:
        return Accepted(channel="", ts="")
    if status == 429:
        seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 6 else None
        wait = None if seconds is None else min(timedelta(seconds=seconds), _LONGEST_RETRY_AFTER)
        return NotAccepted(reason=reason, after=wait)
    if status >= 500 or status == 408:
        return Ambiguous(reason=reason)
    # Redirects are not followed: they could lead anywhere.
    return DestinationDead(reason=reason)
