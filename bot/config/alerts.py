"""`routes:`, `webhooks:` and `digest:`: who hears what when."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from bot.config.hours import DAYS, clock_time, day_number
from bot.config.problems import did_you_mean
from bot.config.reading import Cursor, Reader, list_of, record
from bot.config.slack_names import slack_id
from bot.config.values import flag, is_name, reference, time_zone
from sla.errors import SlaError
from sla.thresholds import parse_threshold

WORDS = ("alert_channel", "assignee", "owner")

_MAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")
_PLACE = re.compile(r"[CGUW][A-Z0-9]+")
_DIGEST_TIME = re.compile(r"([a-z]+)\s+(\d{1,2}):(\d{2})", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")

Json = dict[str, Any]


def destination(cursor: Cursor) -> str | None:
    """Who or what is told: alert_channel, assignee, owner, group:, mail:, webhook:, or a Slack id."""
    written = cursor.written
    prefix, _, name = written.partition(":")
    if written in WORDS or _PLACE.fullmatch(written):
        return written
    if prefix in {"group", "webhook"} and name:
        cursor.refer(prefix, name)
        return written
    if prefix == "mail" and len(name) <= 254 and _MAIL.fullmatch(name):
        return written
    if prefix == "mail":
        cursor.problem("must be a mail address such as mail:lead@example.com")
    else:
        known = f"{', '.join(WORDS)}, group:NAME, mail:ADDRESS, webhook:NAME or a Slack id"
        cursor.problem(f"is not a destination{did_you_mean(written, WORDS) or f'; known are {known}'}")
    return None


def threshold(cursor: Cursor) -> str | None:
    """`80%`, `0`, `-30m` before the target or `+30m` after it, in one spelling."""
    try:
        return str(parse_threshold(cursor.written if len(cursor.written) <= 40 else ""))
    except SlaError:
        cursor.problem("is not a threshold; write 80%, 0, -30m (before) or +30m (after)")
        return None


def _thresholds(cursor: Cursor) -> Json:
    found: Json = {}
    for key, value in cursor.entries().items():
        when = threshold(cursor.key(key))
        if when in found:
            cursor.key(key).problem(f"is the same threshold as another one, {when}")
        if when is not None:
            found[when] = list_of(destination)(value)
            if not found[when]:
                value.problem("tells nobody; name a destination or remove the threshold")
    return found


QUIET: dict[str, Reader] = {
    "schedule": reference("schedule"),
    "on_call": destination,
    "urgent_overrides": flag,
}


def _quiet(cursor: Cursor) -> Json:
    return record(cursor, QUIET, required=["schedule"])


def _url(cursor: Cursor) -> str | None:
    try:
        parts = urlsplit(cursor.written)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        host = ""
        parts = urlsplit("")
    if parts.scheme != "https" or not host or parts.username is not None:
        cursor.problem("must be an https address without a user name, such as https://example.com/hook")
    elif _is_private(host):
        cursor.problem("must not be a private address")
    else:
        return cursor.written
    return None


def _is_private(host: str) -> bool:
    """Whether the host is one that only means this machine or network; names are looked up when sending."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def _variable(cursor: Cursor) -> str | None:
    if _VARIABLE.fullmatch(cursor.written):
        return cursor.written
    cursor.problem("must be the name of an environment variable such as PAGER_SECRET, not the secret itself")
    return None


WEBHOOK: dict[str, Reader] = {"url": _url, "secret_env": _variable}
ROUTE: dict[str, Reader] = {"thresholds": _thresholds, "quiet": _quiet}


def _digest_time(days: tuple[str, ...]) -> Reader:
    def read(cursor: Cursor) -> str | None:
        match = _DIGEST_TIME.fullmatch(cursor.written)
        if match and int(match[2]) < 24 and int(match[3]) < 60:
            number = day_number(match[1])
            day = match[1].lower() if number is None else DAYS[number]
            if day in days:
                return f"{day} {clock_time(int(match[2]) * 60 + int(match[3]))}"
        cursor.problem(f'must be a day and a time such as "{days[-1]} 09:00"')
        return None

    return read


def _digest_entry(days: tuple[str, ...]) -> Mapping[str, Reader]:
    return {"at": _digest_time(days), "to": slack_id("place"), "time_zone": time_zone}


DIGESTS = {
    "weekly": _digest_entry(("tue", "wed", "thu", "fri", "sat", "sun", "mon")),
    "forgotten": _digest_entry((*DAYS, "daily")),
}


def read_routes(cursor: Cursor) -> Json:
    """Routes by name; `default` is the one of whatever names none."""
    return _named(cursor, ROUTE, required=["thresholds"])


def read_webhooks(cursor: Cursor) -> Json:
    """Webhooks by name; the secret itself stays in the environment."""
    return _named(cursor, WEBHOOK, required=["url", "secret_env"])


def read_digest(cursor: Cursor) -> Json:
    """The weekly figures and the list of what nobody has touched."""
    kinds: dict[str, Reader] = {
        kind: lambda value, keys=keys: record(value, keys, required=["at", "to"])  # type: ignore[misc]
        for kind, keys in DIGESTS.items()
    }
    return record(cursor, kinds)


def _named(cursor: Cursor, keys: dict[str, Reader], *, required: list[str]) -> Json:
    return {
        name: record(value, keys, required=required)
        for name, value in cursor.entries().items()
        if is_name(cursor.key(name))
    }
