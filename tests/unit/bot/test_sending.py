"""One attempt to write to Slack: which class of outcome it had decides whether it may be tried again."""

import asyncio
import ssl
from datetime import timedelta

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse

from bot.slack.sending import (
    Accepted,
    Ambiguous,
    DestinationDead,
    MessageGone,
    NotAccepted,
    Unfit,
    WorkspaceDead,
    attempt,
    describe,
)

HERE = ConnectionKey("slack.com", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)


def answer(data, status=200, headers=None):
    return SlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.com/api/chat.postMessage",
        req_args={},
        data=data,
        headers=headers or {},
        status_code=status,
    )


def refused(data, status=200, headers=None):
    return SlackApiError("refused", answer(data, status, headers))


async def outcome_of(result):
    async def call():
        if isinstance(result, BaseException):
            raise result
        return result

    return await attempt(call())


async def test_slack_has_it():
    sent = answer({"ok": True, "channel": "C0TRIAGE", "ts": "1700000000.000100"})
    assert await outcome_of(sent) == Accepted(channel="C0TRIAGE", ts="1700000000.000100")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ratelimited", NotAccepted),
        ("rate_limited", NotAccepted),
        ("invalid_auth", WorkspaceDead),
        ("token_revoked", WorkspaceDead),
        ("account_inactive", WorkspaceDead),
        ("channel_not_found", DestinationDead),
        ("is_archived", DestinationDead),
        ("not_in_channel", DestinationDead),
        ("missing_scope", DestinationDead),
        ("restricted_action", DestinationDead),
        ("restricted_action_read_only_channel", DestinationDead),
        ("restricted_action_thread_only_channel", DestinationDead),
        ("invalid_blocks", Unfit),
        ("msg_too_long", Unfit),
        ("metadata_too_large", Unfit),
        ("message_not_found", MessageGone),
        ("edit_window_closed", MessageGone),
        ("fatal_error", Ambiguous),
        ("internal_error", Ambiguous),
        ("request_timeout", Ambiguous),
        ("something_new_in_2027", Ambiguous),
    ],
)
async def test_slacks_no_is_of_the_class_that_the_table_says(code, kind):
    outcome = await outcome_of(refused({"ok": False, "error": code}))
    assert isinstance(outcome, kind)
    assert describe(outcome) == ("ratelimited" if kind is NotAccepted else code)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "30"}, 30),
        ({}, 30),
        ({"Retry-After": "soon"}, 30),
        ({"Retry-After": "-1"}, 30),
        ({"Retry-After": "²"}, 30),
        ({"Retry-After": "999999999"}, 30),
    ],
)
async def test_a_rate_limit_says_how_long_to_wait(headers, seconds):
    outcome = await outcome_of(refused({"ok": False, "error": "ratelimited"}, 429, headers))
    assert outcome == NotAccepted(reason="ratelimited", after=timedelta(seconds=seconds))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_error_may_have_been_accepted(status):
    assert isinstance(await outcome_of(refused("<html>oops</html>", status)), Ambiguous)
    assert isinstance(await outcome_of(refused({}, status)), Ambiguous)


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ClientConnectorError(HERE, ConnectionRefusedError(111, "refused")),
        aiohttp.ClientConnectorDNSError(HERE, OSError("no such host")),
        aiohttp.ClientConnectorSSLError(HERE, ssl.SSLError("handshake failed")),
    ],
)
async def test_without_a_connection_nothing_was_accepted(error):
    assert isinstance(await outcome_of(error), NotAccepted)


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectionResetError(),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError(),
        aiohttp.ServerTimeoutError(),
        aiohttp.ClientOSError(104, "reset"),
        SlackRequestError("not json"),
        ValueError("not json"),
    ],
)
async def test_silence_after_the_first_byte_is_not_a_no(error):
    outcome = await outcome_of(error)
    assert isinstance(outcome, Ambiguous)
    assert describe(outcome)


async def test_the_end_of_the_program_is_not_an_outcome():
    with pytest.raises(asyncio.CancelledError):
        await outcome_of(asyncio.CancelledError())
