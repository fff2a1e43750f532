"""Words that are gone in Slack are gone here, too: also from what was received.

What the rules read in them stays with the envelope: its message may become part of a ticket only later.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from bot.services.tickets.words import meaning
from bot.services.workspace.desk import Desk
from bot.slack.envelopes import Kind, Payload, mapping, text_of
from bot.slack.messages import MEANT
from bot.slack.text import plain
from store import forgetting
from store.inbox import InboxState

# Where Slack puts words besides `text`.
_WORDY = ("blocks", "attachments", "files")


def forget_deleted(conn: Connection, desk: Desk, channel: str, ts: str) -> None:
    """A message was deleted: keep that it was there, and nothing of what it said.

    A message that is not understood yet is left alone: what it was has to be known first, and its deletion is
    handled once more then.
    """
    own = _key(channel, ts)
    for key, (body, state) in forgetting.received_about(conn, desk.workspace, own).items():
        if key != own or state == InboxState.DONE:
            _reword(conn, desk, key, body, "")


def forget_if_deleted(conn: Connection, desk: Desk, channel: str, ts: str) -> None:
    """A message that has become nothing may have been deleted before it was understood."""
    own = _key(channel, ts)
    received = forgetting.received_about(conn, desk.workspace, own)
    if f"{own}:deleted" in received and own in received:
        _reword(conn, desk, own, received[own][0], "")


def forget_if_edited(conn: Connection, desk: Desk, channel: str, ts: str) -> None:
    """A message that has become nothing, or that was known, may have been edited before it was understood."""
    own = _key(channel, ts)
    received = forgetting.received_about(conn, desk.workspace, own)
    edits = sorted(key for key in received if key.startswith(f"{own}:changed:"))
    if not edits or own not in received or f"{own}:deleted" in received:
        return
    envelope = json.loads(received[edits[-1]][0])
    text = mapping(mapping(envelope.get("event")).get("message")).get("text")
    _reword(conn, desk, own, received[own][0], text if isinstance(text, str) else "")


def forget_edited(conn: Connection, desk: Desk, channel: str, ts: str, *, edit: str, text: str) -> None:
    """A message says something else since the envelope ``edit``: what it said before is replaced by that."""
    for key, (body, state) in forgetting.received_about(conn, desk.workspace, _key(channel, ts)).items():
        if key == edit or (key < edit and state == InboxState.DONE):
            _reword(conn, desk, key, body, text)


def forget_envelope(conn: Connection, desk: Desk, key: str) -> None:
    """Keep of one envelope that it came, and nothing of what it says."""
    received = forgetting.received_about(conn, desk.workspace, key)
    if key in received:
        _reword(conn, desk, key, received[key][0], "")


def _key(channel: str, ts: str) -> str:
    return f"{Kind.EVENT}:message:{channel}:{ts}"


def _reword(conn: Connection, desk: Desk, key: str, body: str, text: str) -> None:
    envelope = json.loads(body)
    event = mapping(envelope.get("event")) if isinstance(envelope, Mapping) else {}
    if event:
        forgetting.set_body(conn, desk.workspace, key, json.dumps({**envelope, "event": _reworded(desk, event, text)}))


def _reworded(desk: Desk, event: Payload, text: str) -> dict[str, Any]:
    said = dict(event)
    if "previous_message" in said:
        said["previous_message"] = {}
    if "message" in said:
        said["message"] = _reworded(desk, mapping(said["message"]), text)
    if "text" in said:
        was = text_of(said["text"])
        if was != text and MEANT not in said:
            said[MEANT] = meaning(plain(was), [desk.rules])
        said["text"] = text
        for name in _WORDY:
            said.pop(name, None)
    return said
