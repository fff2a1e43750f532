"""E-mail over SMTP: at least once, always with the same Message-ID for the same alert.

A mail server that took a message and lost its answer gets it again; mail programs and servers that know the Message-ID
show it once. The classes of outcome are those of the outbox: what the server refuses for good (5xx) has failed, what it
refuses for now (4xx) or what never reached it is tried again, and a dropped connection after that leaves doubt.
"""

import asyncio
import ipaddress
import socket
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from bot.errors import BotError
from bot.notify.letters import Letter, compose
from bot.slack.sending import Accepted, Ambiguous, DestinationDead, NotAccepted, Outcome

_TIMEOUT_SECONDS = 30.0
_PORTS = {"smtp": 587, "smtps": 465}
_OPTIONS = frozenset({"starttls", "from"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over.

    Attributes:
        implicit_tls: TLS from the first byte (``smtps://``).
        starttls: True to require it, None to take it when offered.
        sender: The address that alerts come from.
    """

    host: str
    port: int
    implicit_tls: bool
    starttls: bool | None
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def mail_server(url: str) -> MailServer:
    """The server of ``smtp://user:password@host:587?starttls=required&from=sla@example.com``.

    A password never travels in the clear: with one, STARTTLS is required unless the server is on this machine.

    Raises:
        BotError: (exit code 2) the address cannot be used.
    """
    parts = urlsplit(url)
    options = parse_qs(parts.query, keep_blank_values=True)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BotError("THREADLINE_SMTP_URL must be an address such as smtp://host or smtps://host.", exit_code=2)
    if not options.keys() <= _OPTIONS or options.get("starttls", ["required"]) != ["required"]:
        raise BotError("THREADLINE_SMTP_URL takes the options starttls=required and from=ADDRESS.", exit_code=2)
    username = unquote(parts.username) if parts.username else None
    required = "starttls" in options or (username is not None and not _is_here(parts.hostname))
    implicit = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        implicit_tls=implicit,
        starttls=False if implicit else (required or None),
        sender=options.get("from", [_sender(username, parts.hostname)])[0],
        username=username,
        password=unquote(parts.password) if parts.password else None,
    )


def _sender(username: str | None, host: str) -> str:
    if username and "@" in username:
        return username
    return "threadline@localhost" if _is_here(host) else f"threadline@{host}"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Mailer:
    """Hands letters to one mail server, each over a connection of its own: alerts are few and far between."""

    def __init__(self, server: MailServer | None, *, tls: ssl.SSLContext | None = None) -> None:
        """Without a server every letter fails, and says so; ``tls`` replaces the system's certificate authorities."""
        self._server = server
        self._tls = tls

    async def send(self, letter: Letter, *, message_id: str, now: datetime) -> Outcome:
        """One attempt, and which class of outcome it had."""
        if self._server is None:
            return DestinationDead(reason="THREADLINE_SMTP_URL is not set")
        try:
            message = compose(letter, sender=self._server.sender, message_id=message_id, now=now)
        except ValueError as error:
            return DestinationDead(reason=str(error))
        return await self._hand_over(self._server, message, letter.to)

    async def _hand_over(self, server: MailServer, message: EmailMessage, to: str) -> Outcome:
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            start_tls=server.starttls,
            username=server.username,
            password=server.password,
            local_hostname=socket.gethostname(),
            tls_context=self._tls or ssl.create_default_context(),
            timeout=_TIMEOUT_SECONDS,
        )
        try:
            async with asyncio.timeout(2 * _TIMEOUT_SECONDS):
                await client.connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            return _refused(error)
        try:
            async with asyncio.timeout(2 * _TIMEOUT_SECONDS):
                await client.send_message(message, sender=server.sender, recipients=[to])
        except (aiosmtplib.SMTPServerDisconnected, TimeoutError) as error:
            # It may have been taken before the connection went.
            client.close()
            return Ambiguous(reason=type(error).__name__)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            return _refused(error)
        await _say_goodbye(client)
        return Accepted(channel="", ts="")


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    """The letter is theirs by now: nothing that goes wrong here matters."""
    try:
        await client.quit(timeout=5)
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def _refused(error: Exception) -> Outcome:
    """The class of a "no" that was said before the server had the letter, or of the server's answer to it."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _answered(error.recipients[0])
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _answered(error)
    if isinstance(error, (aiosmtplib.SMTPNotSupported, ValueError)) and not isinstance(error, ssl.SSLError):
        # The server cannot do what we need, such as SMTPUTF8 for the address: it will not be able to later either.
        return DestinationDead(reason=f"the mail server cannot take it ({type(error).__name__})")
    return NotAccepted(reason=f"no mail connection ({type(error).__name__})")


def _answered(error: aiosmtplib.SMTPResponseException) -> Outcome:
    """By the reply code; the server's text is left out, it may quote addresses or the letter."""
    reason = f"the mail server answered {error.code}"
    return DestinationDead(reason=reason) if 500 <= error.code < 600 else NotAccepted(reason=reason)
