"""What a message may consist of: text, blocks, attachments, metadata."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import SlackError
from bot.sandbox.kit.blocks import check_blocks
from bot.sandbox.kit.surface import Surface
from bot.sandbox.model import Json, Message
from bot.sandbox.text import authored, link_names
from bot.sandbox.web_api.call import Call

TEXT_CHARS = 40_000
BLOCKS_CHARS = 13_000
METADATA_CHARS = 8_000
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_.:-]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A message's checked content, text escaped as Slack stores it."""

    text: str
    blocks: list[Json]
    attachments: list[Json]
    metadata: Json | None


def read_content(call: Call, existing: Message | None = None) -> Content:
    """Check and return a call's content; what an update does not name stays as it was.

    Raises:
        SlackError: `no_text`, `invalid_blocks`, `msg_too_long`, `msg_blocks_too_long`, ...
    """
    text = call.text("text")
    blocks = checked_blocks(call.structure("blocks", "invalid_blocks_format"), call.slack.world.ids.new)
    attachments = _attachments(call.structure("attachments", "invalid_attachments"))
    metadata = _metadata(call.structure("metadata", "invalid_metadata_format"))
    if existing is not None:
        text = existing.text if call.args.get("text") is None else text
        blocks = existing.blocks if call.args.get("blocks") is None else blocks
        attachments = existing.attachments if call.args.get("attachments") is None else attachments
        metadata = existing.metadata if call.args.get("metadata") is None else metadata
    if not text.strip() and not blocks and not attachments:
        raise SlackError("no_text")
    if len(text) > TEXT_CHARS:
        raise SlackError("msg_too_long")
    if call.flag("link_names") or call.text("parse") == "full":
        text = link_names(text, _mention(call))
    return Content(text=authored(text), blocks=blocks, attachments=attachments, metadata=metadata)


def _mention(call: Call) -> Callable[[str], str | None]:
    by_name = {user.name: user.id for user in call.slack.world.users.values() if user.team == call.team}
    return lambda name: f"<@{by_name[name]}>" if name in by_name else None


def checked_blocks(value: object, new_id: Callable[[str], str]) -> list[Json]:
    """Return a message's blocks, each with a block id."""
    if value is None:
        return []
    blocks = check_blocks(value, Surface.MESSAGE)
    if len(json.dumps(blocks, ensure_ascii=False)) > BLOCKS_CHARS:
        raise SlackError("msg_blocks_too_long")
    return [{**block, "block_id": block.get("block_id") or new_id("b")} for block in blocks]


def _attachments(value: object) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise SlackError("invalid_attachments")
    if len(value) > 100:
        raise SlackError("too_many_attachments")
    for attachment in value:
        if "blocks" in attachment:
            check_blocks(attachment["blocks"], Surface.MESSAGE)
    return value


def _metadata(value: object) -> Json | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_format")
    if not value:
        return None
    kind, payload = value.get("event_type"), value.get("event_payload")
    if not isinstance(kind, str) or not _EVENT_TYPE.fullmatch(kind) or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema")
    if not all(_is_flat(item) for item in payload.values()):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(payload, ensure_ascii=False)) > METADATA_CHARS:
        raise SlackError("metadata_too_large")
    return {"event_type": kind, "event_payload": payload}


def _is_flat(value: object) -> bool:
    """Tell whether a payload's field is a word, a number, a flat object or a list of such."""
    if isinstance(value, list):
        return all(not isinstance(item, list) and _is_flat(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(item, (str, int, float)) for item in value.values())
    return isinstance(value, (str, int, float))
