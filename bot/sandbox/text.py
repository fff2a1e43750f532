"""Slack's message text: escaping, live tokens, and the rich text that its clients send along."""

import re
from collections.abc import Callable, Iterator

from bot.sandbox.model import Json

TOKEN = re.compile(
    r"<(?:@[UW][A-Z0-9]+(?:\|[^<>]*)?|#C[A-Z0-9]+(?:\|[^<>]*)?|!subteam\^S[A-Z0-9]+(?:\|[^<>]*)?"
    r"|!(?:channel|here|everyone)(?:\|[^<>]*)?|!date\^[^<>]*|(?:https?|mailto|slack):[^<>\s][^<>]*)>"
)
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
_URL = re.compile(r"(?<![<|\w])https?://[^\s<>|]+[^\s<>|.,;:!?)'\"]")
_AT = re.compile(r"(?<![\w<@.!])@([A-Za-z0-9][\w.-]*\w|\w)")
_BROADCASTS = ("channel", "here", "everyone")


def _around_tokens(text: str, change: Callable[[str], str]) -> str:
    """Return the text with everything between the live tokens changed."""
    parts, end = [], 0
    for match in TOKEN.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])


def typed(text: str, mention: Callable[[str], str | None]) -> str:
    """Return what a person typed the way Slack stores it: escaped, with live tokens and links.

    Args:
        text: what was typed; tokens such as `<@U1>` and `<!channel>` stand for a choice from the menu.
        mention: finds the token for a typed `@name`, None when nobody is called that.
    """

    def change(plain: str) -> str:
        escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        linked = _URL.sub(lambda found: f"<{found[0]}>", escaped)
        return link_names(linked, mention)

    return _around_tokens(text, change)


def link_names(text: str, mention: Callable[[str], str | None]) -> str:
    """Turn `@name` and `@channel` into live tokens, as the composer and `link_names` do."""

    def token(found: re.Match[str]) -> str:
        name = found[1]
        return f"<!{name}>" if name in _BROADCASTS else mention(name) or found[0]

    return _AT.sub(token, text)


def authored(text: str) -> str:
    """Return an app's text as Slack stores it: stray `&`, `<` and `>` escaped, tokens kept."""

    def change(plain: str) -> str:
        return _ENTITY.sub("&amp;", plain).replace("<", "&lt;").replace(">", "&gt;")

    return _around_tokens(text, change)


def unescape(text: str) -> str:
    """Return text with Slack's three entities resolved."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def rich_text(text: str, block_id: str) -> list[Json]:
    """Return the `rich_text` block that a client sends along with typed text."""
    if not text:
        return []
    section: Json = {"type": "rich_text_section", "elements": list(_elements(text))}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def _elements(text: str) -> Iterator[Json]:
    end = 0
    for match in TOKEN.finditer(text):
        if match.start() > end:
            yield {"type": "text", "text": unescape(text[end : match.start()])}
        yield _element(match[0][1:-1])
        end = match.end()
    if end < len(text):
        yield {"type": "text", "text": unescape(text[end:])}


def _element(token: str) -> Json:
    body, _, label = token.partition("|")
    if body.startswith("@"):
        return {"type": "user", "user_id": body[1:]}
    if body.startswith("#"):
        return {"type": "channel", "channel_id": body[1:]}
    if body.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": body.removeprefix("!subteam^")}
    if body.startswith("!date^"):
        return {"type": "text", "text": label}
    if body.startswith("!"):
        return {"type": "broadcast", "range": body[1:]}
    return {"type": "link", "url": unescape(body), **({"text": unescape(label)} if label else {})}
