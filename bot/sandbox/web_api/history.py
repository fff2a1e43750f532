"""conversations.history and conversations.replies."""

import bisect

from bot.sandbox import messages
from bot.sandbox.errors import SlackError
from bot.sandbox.ids import format_ts, ts_micros
from bot.sandbox.model import Channel, Json, Message
from bot.sandbox.rate_limits import TIER_3
from bot.sandbox.web_api.call import Call
from bot.sandbox.web_api.paging import decode, encode
from bot.sandbox.web_api.registry import method
from bot.sandbox.world import replies

MOST = 999
DEFAULT = 100


@method("conversations.history", "channels:history", "groups:history", "im:history", "mpim:history", limit=TIER_3)
def history(call: Call) -> Json:
    """Return a page of a channel's messages, newest first; replies are not among them."""
    channel = _readable(call)
    low, high = _window(call)
    if cursor := call.text("cursor"):
        high = min(high, _micros(decode(cursor)))
    limit = call.number("limit", DEFAULT, most=MOST)
    found, more = _newest(channel, low, high, limit)
    answer: Json = {
        "messages": [_shown(call, message) for message in found],
        "has_more": more,
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    if more:
        answer["response_metadata"] = {"next_cursor": encode(format_ts(ts_micros(found[-1].ts) - 1))}
    return answer


def _newest(channel: Channel, low: int, high: int, limit: int) -> tuple[list[Message], bool]:
    """Return the newest messages from `low` to `high`, both included, and whether there are more."""
    found: list[Message] = []
    position = bisect.bisect_right(channel.order, high, key=ts_micros)
    while position > 0:
        position -= 1
        message = channel.messages[channel.order[position]]
        if ts_micros(message.ts) < low:
            break
        if message.in_channel:
            if len(found) == limit:
                return found, True
            found.append(message)
    return found, False


@method("conversations.replies", "channels:history", "groups:history", "im:history", "mpim:history", limit=TIER_3)
def thread(call: Call) -> Json:
    """Return a page of a thread, its parent first, then the replies in order."""
    channel = _readable(call)
    message = call.find_message(channel, "ts", "thread_not_found")
    if message.is_reply:
        return {"messages": [_shown(call, message)], "has_more": False}
    low, high = _window(call)
    cursor = call.text("cursor")
    after = _micros(decode(cursor)) if cursor else -1
    limit = call.number("limit", 1000, most=1000)
    found = [message] if not cursor else []
    for reply in replies(channel, message.ts):
        moment = ts_micros(reply.ts)
        if low <= moment <= high and moment > after:
            found.append(reply)
    answer: Json = {"messages": [_shown(call, one) for one in found[:limit]], "has_more": len(found) > limit}
    if len(found) > limit:
        answer["response_metadata"] = {"next_cursor": encode(found[limit - 1].ts)}
    return answer


def _readable(call: Call) -> Channel:
    channel = call.find_channel()
    call.need_for(channel, "history")
    if not call.is_member(channel):
        raise SlackError("not_in_channel")
    return channel


def _window(call: Call) -> tuple[int, int]:
    """Return the first and last microsecond asked for; without `inclusive` the ends are left out."""
    oldest = call.micros("oldest", "invalid_ts_oldest")
    latest = call.micros("latest", "invalid_ts_latest")
    inner = 0 if call.flag("inclusive") else 1
    low = -1 if oldest is None else oldest + inner
    high = 1 << 62 if latest is None else latest - inner
    return low, high


def _micros(position: str) -> int:
    try:
        return ts_micros(position)
    except ValueError:
        raise SlackError("invalid_cursor") from None


def _shown(call: Call, message: Message) -> Json:
    own = message.app_id == call.app.id
    readable = call.flag("include_all_metadata") and (own or call.has("metadata.message:read"))
    return messages.shown(call.slack, message, team=call.team, metadata=readable)
