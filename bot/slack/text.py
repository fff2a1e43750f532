"""Text on its way to Slack: what customers wrote must never ping, link or reorder anything."""

import re
import unicodedata
from datetime import UTC, datetime, tzinfo

# Control characters but newline and tab; zero-width, bidi and other invisible format characters; lone surrogates.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_TOKEN = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def escape(text: str) -> str:
    """``text`` with the three characters that Slack's markup reserves written as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """What a person reads in an incoming message, as plain text without any live token.

    Slack delivers text with ``& < >`` escaped and with mentions and links in angle brackets. The result is fit for a
    ``plain_text`` object or a ``rich_text`` text element, which interpret nothing: a quoted ``<!channel>`` reads
    "@channel" and pings nobody. Invisible and direction-changing characters are dropped.
    """
    readable = _TOKEN.sub(_read_token, text)
    for entity, character in _ENTITIES:
        readable = readable.replace(entity, character)
    return visible(readable).strip()


def visible(text: str) -> str:
    """What was typed as plain text, without the characters that nobody sees or that change directions."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _read_token(match: re.Match[str]) -> str:
    sigil, target, label = match.groups()
    if sigil == "!":
        name = label or target.partition("^")[0]
        return name if name.startswith("@") else f"@{name}"
    if sigil in {"@", "#"}:
        return f"{sigil}{label or target}"
    return f"{label} ({target})" if label and label != target else target


def mentioned(text: str) -> list[str]:
    """The ids of the people whom an incoming message mentions, in order."""
    return _PERSON.findall(text)


def authored(text: str, limit: int) -> str:
    """Plain text as one fragment of our own ``mrkdwn``: escaped, on one line, at most ``limit`` characters."""
    return escape(clip(" ".join(text.split()), limit))


def clip(text: str, limit: int) -> str:
    """``text``, or its beginning and an ellipsis where it has more than ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def date_token(instant: datetime, zone: tzinfo = UTC) -> str:
    """A Slack date that everybody reads in their own time zone; old clients and notifications read it in ``zone``."""
    fallback = f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    return f"<!date^{int(instant.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"
