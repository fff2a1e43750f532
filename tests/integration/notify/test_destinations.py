"""Alerts that leave Slack: who gets a letter or a call, once or with the same key, and who hears when that fails."""

import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from tests.integration.notify.conftest import MailServer, Pager, Start, Trust
from tests.support.desk import CONFIG, MONDAY, Desk, opened

DEFAULT = '{"80%": [alert_channel, assignee], "0": [alert_channel, assignee]}'


def routed(thresholds: str, *, more: str = "", quiet: str = "") -> str:
    """The usual configuration with other thresholds in its route."""
    assert DEFAULT in CONFIG
    return CONFIG.replace(f"{{thresholds: {DEFAULT}}}", f"{{thresholds: {thresholds}{quiet}}}") + more


@asynccontextmanager
async def a_desk(database: str, config: str, **outside: Any) -> AsyncIterator[Desk]:
    async with opened(database, clock=ManualClock(MONDAY), config=config, outside=outside) as running:
        yield running


def by_mail(server: MailServer, trust: Trust) -> dict[str, Any]:
    return {"smtp_url": f"smtp://127.0.0.1:{server.port}?from=sla@example.com", "tls": trust.client}


def by_webhook(trust: Trust) -> dict[str, Any]:
    return {"environ": {"PAGER_SECRET": "hush"}, "tls": trust.client, "allow_loopback": True}


MAIL_ONLY = routed('{"0": ["mail:lead@example.com"]}')


def webhook_only(pager: Pager, thresholds: str = '{"0": ["webhook:pager"]}') -> str:
    url = f"https://pager.example.com:{pager.port}/hook"
    return routed(thresholds, more=f'webhooks: {{pager: {{url: "{url}", secret_env: PAGER_SECRET}}}}\n')


@pytest.fixture(autouse=True)
def pager_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name service says that pager.example.com is this machine, as an attacker's would."""
    ask = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **how: Any) -> Any:
        return ask("127.0.0.1" if host == "pager.example.com" else host, *rest, **how)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


async def test_a_letter_comes_when_the_route_says_so_and_only_once(desk_database: str, mail: Start, trust: Trust):
    async with mail() as server, a_desk(desk_database, MAIL_ONLY, **by_mail(server, trust)) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("11:00")
        assert [message["Subject"] for message in server.taken] == ["First reply missed: #1 Acme Inc (enterprise)"]
        assert server.recipients == ["lead@example.com"]
        assert desk.alerts() == []


async def test_a_letter_that_is_refused_for_now_is_sent_again_later(desk_database: str, mail: Start, trust: Trust):
    async with mail() as server, a_desk(desk_database, MAIL_ONLY, **by_mail(server, trust)) as desk:
        await desk.post("U0RITA", "The export is empty")
        server.says["DATA"] = "451 Come back later"
        await desk.at("10:01")
        assert server.taken == []
        server.says.clear()
        await desk.at("10:15")
        assert len(server.taken) == 1
        assert desk.alerts() == []


async def test_a_letter_whose_answer_was_lost_comes_twice_with_the_same_message_id(
    desk_database: str, mail: Start, trust: Trust
):
    async with mail() as server, a_desk(desk_database, MAIL_ONLY, **by_mail(server, trust)) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("09:59")
        server.drops_after_data = True
        await desk.at("10:00")
        await desk.pass_time(seconds=10)
        server.drops_after_data = False
        await desk.at("10:15")
        first, second = (message["Message-ID"] for message in server.taken)
        assert first == second
        assert re.fullmatch(r"<[0-9a-f]{40}@example\.com>", first)


async def test_without_a_mail_server_the_alert_channel_hears_and_is_told_why_it_does(desk_database: str):
    async with a_desk(desk_database, MAIL_ONLY) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:05")
        (alert,) = desk.alerts()
        assert "First reply missed" in alert.text
        assert "could not be sent to mail:lead@example.com" in alert.shown


async def test_a_letter_that_nobody_takes_for_an_hour_goes_to_the_alert_channel(
    desk_database: str, mail: Start, trust: Trust
):
    async with mail() as server, a_desk(desk_database, MAIL_ONLY, **by_mail(server, trust)) as desk:
        await desk.post("U0RITA", "The export is empty")
        server.says["RCPT"] = "451 Greylisted"
        await desk.at("10:55")
        assert desk.alerts() == []
        await desk.at("11:10")
        (alert,) = desk.alerts()
        assert "could not be sent to mail:lead@example.com" in alert.shown
        assert "late" in alert.shown


async def test_a_letter_for_a_ticket_that_was_answered_meanwhile_is_not_sent(
    desk_database: str, mail: Start, trust: Trust
):
    async with mail() as server, a_desk(desk_database, MAIL_ONLY, **by_mail(server, trust)) as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        server.says["DATA"] = "451 Come back later"
        await desk.at("10:01")
        await desk.post("U0ANA", "It is fixed", thread=ts)
        server.says.clear()
        await desk.at("10:20")
        assert server.taken == []


async def test_many_letters_to_one_address_are_one_letter(desk_database: str, mail: Start, trust: Trust):
    config = MAIL_ONLY.replace("channels:\n", "channels:\n  defaults: {group_messages_within: off}\n")
    async with mail() as server, a_desk(desk_database, config, **by_mail(server, trust)) as desk:
        for number in range(8):
            desk.sandbox.act.post("C0ACME", "U0RITA", f"Problem {number}")
        await desk.pass_time(minutes=1)
        desk.stage.jump(MONDAY + timedelta(hours=1, seconds=1))
        await desk.pass_time(minutes=1)
        (message,) = server.taken
        assert message["Subject"] == "8 alerts about 8 tickets: 8 missed"


async def test_a_webhook_is_told_what_was_missed(desk_database: str, pager: Pager, trust: Trust):
    async with a_desk(desk_database, webhook_only(pager), **by_webhook(trust)) as desk:
        ts = await desk.post("U0RITA", "The export is empty")
        await desk.at("10:05")
        (body,) = pager.bodies
        (alert,) = json.loads(body)["alerts"]
        assert json.loads(body)["type"] == "sla.alert"
        assert alert["permalink"].endswith(f"/p{ts.replace('.', '')}")
        assert {name: alert[name] for name in ("ticket", "customer", "metric", "threshold", "breached", "text")} == {
            "ticket": 1,
            "customer": "Acme Inc",
            "metric": "first_reply_time",
            "threshold": "0",
            "breached": True,
            "text": "The export is empty",
        }


async def test_a_webhook_in_trouble_is_called_again_with_the_same_key(desk_database: str, pager: Pager, trust: Trust):
    async with a_desk(desk_database, webhook_only(pager), **by_webhook(trust)) as desk:
        await desk.post("U0RITA", "The export is empty")
        pager.status = 503
        await desk.at("10:00")
        await desk.pass_time(seconds=10)
        pager.status = 204
        await desk.at("10:15")
        assert len(pager.bodies) == 2
        assert len({headers["Idempotency-Key"] for headers in pager.headers}) == 1
        assert desk.alerts() == []


async def test_a_webhook_that_refuses_is_replaced_by_the_alert_channel(desk_database: str, pager: Pager, trust: Trust):
    pager.status = 404
    async with a_desk(desk_database, webhook_only(pager), **by_webhook(trust)) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:05")
        assert len(pager.bodies) == 1
        (alert,) = desk.alerts()
        assert "could not be sent to webhook:pager" in alert.shown


async def test_a_webhook_on_our_own_network_is_not_called_and_the_alert_channel_hears(
    desk_database: str, pager: Pager, trust: Trust
):
    outside = by_webhook(trust) | {"allow_loopback": False}
    async with a_desk(desk_database, webhook_only(pager), **outside) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:05")
        assert pager.bodies == []
        assert len(desk.alerts()) == 1


async def test_nothing_of_ours_is_posted_in_a_channel_that_a_customer_reads(desk_database: str):
    async with a_desk(desk_database, routed('{"0": [C0PARTNER]}')) as desk:
        desk.sandbox.build.channel(
            "T0HOME", "partner", id="C0PARTNER", shared_with=["T0GLOBEX"], members=["U0ANA", "U0THREAD", "U0HANK"]
        )
        await desk.post("U0RITA", "The export is empty")
        await desk.at("10:05")
        assert desk.written_by_the_bot("C0PARTNER") == []
        (told,) = desk.direct_messages("U0CLEO")
        assert "First reply missed" in told.text


async def test_an_alert_channel_that_is_shared_with_a_customer_gets_nothing_more_from_then_on(desk_database: str):
    async with a_desk(desk_database, routed('{"0": [C0RANDOM]}')) as desk:
        await desk.post("U0RITA", "The export is empty")
        desk.sandbox.channels.share("C0RANDOM", "T0ACME")
        await desk.at("10:05")
        assert desk.written_by_the_bot("C0RANDOM") == []
        assert len(desk.direct_messages("U0CLEO")) == 1


async def test_an_alert_that_waited_for_quiet_hours_to_end_says_so(desk_database: str):
    night = '  night:\n    time_zone: UTC\n    hours: {mon-fri: "15:00-16:00"}\n'
    config = routed('{"0": [alert_channel]}', quiet=", quiet: {schedule: night}").replace(
        "schedules:\n", f"schedules:\n{night}"
    )
    async with a_desk(desk_database, config) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.at("15:05")
        (alert,) = desk.alerts()
        assert "sent 5 h late: quiet hours" in alert.shown


async def test_an_alert_that_comes_late_because_the_bot_was_off_says_so(desk_database: str):
    async with a_desk(desk_database, CONFIG) as desk:
        await desk.post("U0RITA", "The export is empty")
        await desk.stop_bot()
        desk.stage.jump(MONDAY + timedelta(hours=1, minutes=30))
        await desk.start_bot()
        (alert,) = desk.alerts()
        assert "sent 30 min late: the bot was off" in alert.shown


async def test_an_alert_that_slack_would_not_take_in_time_says_so(desk_database: str):
    async with a_desk(desk_database, routed('{"0": [alert_channel]}')) as desk:
        await desk.post("U0RITA", "The export is empty")
        desk.sandbox.faults.calls("rate_limit", method="chat.postMessage", count=1, seconds=600)
        await desk.at("10:15")
        (alert,) = desk.alerts()
        assert "sent 10 min late: we were asked to send less" in alert.shown
