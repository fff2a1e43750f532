"""Signed webhooks, called over real TLS on loopback; and the addresses that are never called."""

import hashlib
import hmac
import json
import socket
from datetime import timedelta

import pytest

from bot.config.model import Webhook
from bot.notify.webhook import Door, Webhooks, is_public
from bot.slack.sending import Accepted, Ambiguous, DestinationDead, NotAccepted, Outcome
from tests.integration.notify.conftest import NOON, Pager, Trust

SECRETS = {"PAGER_SECRET": "hush"}


async def call(trust: Trust, webhook: Webhook | None, *, secrets: dict[str, str] | None = None) -> Outcome:
    webhooks = Webhooks(SECRETS if secrets is None else secrets, tls=trust.client, allow_loopback=True)
    return await webhooks.send({"type": "alert", "customer": "Åcme"}, webhook, key="4f2a", now=NOON)


async def test_a_call_carries_json_and_the_key_under_which_the_alert_exists_once(pager: Pager, trust: Trust):
    assert await call(trust, pager.webhook()) == Accepted(channel="", ts="")
    assert json.loads(pager.bodies[0]) == {"type": "alert", "customer": "Åcme"}
    assert pager.headers[0]["Content-Type"] == "application/json"
    assert pager.headers[0]["Idempotency-Key"] == "4f2a"


async def test_whoever_knows_the_secret_can_prove_who_sent_the_body_and_when(pager: Pager, trust: Trust):
    await call(trust, pager.webhook())
    stamp, signature = (pager.headers[0][name] for name in ("X-Threadline-Timestamp", "X-Threadline-Signature"))
    assert stamp == "1768219200"
    expected = hmac.new(b"hush", b"1768219200." + pager.bodies[0], hashlib.sha256).hexdigest()
    assert signature == f"v1={expected}"


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_2xx_is_a_delivery(pager: Pager, trust: Trust, status: int):
    pager.status = status
    assert isinstance(await call(trust, pager.webhook()), Accepted)


async def test_too_many_requests_waits_as_long_as_the_server_says(pager: Pager, trust: Trust):
    pager.status, pager.says = 429, {"Retry-After": "90"}
    assert await call(trust, pager.webhook()) == NotAccepted(reason="it answered 429", after=timedelta(seconds=90))


@pytest.mark.parametrize("nonsense", ["", "tomorrow", "-5", "99999999999", "٣"])
async def test_a_wait_that_makes_no_sense_is_ours_to_choose(pager: Pager, trust: Trust, nonsense: str):
    pager.status, pager.says = 429, {"Retry-After": nonsense}
    assert await call(trust, pager.webhook()) == NotAccepted(reason="it answered 429", after=None)


@pytest.mark.parametrize("status", [408, 500, 502, 503])
async def test_a_server_in_trouble_may_have_taken_it(pager: Pager, trust: Trust, status: int):
    pager.status = status
    assert await call(trust, pager.webhook()) == Ambiguous(reason=f"it answered {status}")


@pytest.mark.parametrize("status", [400, 401, 404, 410])
async def test_a_refusal_is_final(pager: Pager, trust: Trust, status: int):
    pager.status = status
    assert await call(trust, pager.webhook()) == DestinationDead(reason=f"it answered {status}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(pager: Pager, trust: Trust, status: int):
    pager.status, pager.says = status, {"Location": f"https://localhost:{pager.port}/elsewhere"}
    assert await call(trust, pager.webhook()) == DestinationDead(reason=f"it answered {status}")
    assert pager.paths == ["/hook"]


async def test_a_connection_lost_after_the_request_leaves_doubt(pager: Pager, trust: Trust):
    pager.drops = True
    assert isinstance(await call(trust, pager.webhook()), Ambiguous)


async def test_when_nobody_listens_nothing_was_taken(pager: Pager, trust: Trust):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"https://localhost:{unused.getsockname()[1]}/"
        assert isinstance(await call(trust, pager.webhook(url=url)), NotAccepted)


async def test_a_certificate_that_nobody_vouches_for_gets_nothing(pager: Pager):
    webhooks = Webhooks(SECRETS, allow_loopback=True)
    assert isinstance(await webhooks.send({}, pager.webhook(), key="4f2a", now=NOON), NotAccepted)
    assert pager.bodies == []


async def test_without_its_secret_a_webhook_is_not_called(pager: Pager, trust: Trust):
    outcome = await call(trust, pager.webhook(), secrets={"PAGER_SECRET": ""})
    assert outcome == DestinationDead(reason="PAGER_SECRET is not set")
    assert pager.bodies == []


async def test_a_webhook_that_was_removed_from_the_configuration_fails(trust: Trust):
    assert await call(trust, None) == DestinationDead(reason="the webhook is no longer configured")


@pytest.mark.parametrize("url", ["http://localhost:{}/", "https://me:secret@localhost:{}/", "ftp://localhost:{}/"])
async def test_only_https_without_a_password_is_called(pager: Pager, trust: Trust, url: str):
    outcome = await call(trust, pager.webhook(url=url.format(pager.port)))
    assert outcome == DestinationDead(reason="its address must start with https:// and hold no password")
    assert pager.bodies == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "10.0.0.1", "169.254.169.254"])
async def test_this_machine_and_its_network_are_never_called(pager: Pager, trust: Trust, host: str):
    webhooks = Webhooks(SECRETS, tls=trust.client)
    webhook = pager.webhook(url=f"https://{host}:{pager.port}/hook")
    outcome = await webhooks.send({}, webhook, key="4f2a", now=NOON)
    assert outcome == DestinationDead(reason="its address is not on the public internet")
    assert pager.bodies == []


def test_the_address_that_is_connected_to_is_the_one_that_is_checked():
    door = Door(allow_loopback=False)
    with pytest.raises(PermissionError):
        door.open((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.1", 443)))
    assert door.refused


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::808:808"])
def test_addresses_on_the_public_internet_are(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("10.1.2.3", "172.16.0.1", "192.168.0.1", "::ffff:10.0.0.1", "fc00::1", "fd12::1", "fec0::1"),
        *("169.254.169.254", "fe80::1", "fe80::1%eth0", "100.64.0.1", "0.0.0.0", "::", "224.0.0.1", "ff02::1"),
        *("240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "2001:db8::1", "2002:7f00:1::", "2001:0:1::1"),
    ],
)
def test_addresses_of_ours_or_nobodys_are_not(address: str):
    assert not is_public(address)
