"""What operators see: is the program alive, is it ready, and its figures, which betray nothing."""

import asyncio
import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.http.metrics import Figures, Metrics
from bot.sandbox import Sandbox
from bot.sandbox.sample import furnish
from bot.slack.receiver import build_receiver
from bot.slack.socket import SocketMode
from tests.support.desk import Desk


async def figures(desk: Desk) -> dict[str, float]:
    """The samples of /metrics by name and labels: {'threadline_inbox_requests{state="pending"}': 0.0}."""
    status, text = await desk.get("/metrics")
    assert status == 200
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


async def test_events_and_alerts_are_counted(desk: Desk):
    before = await figures(desk)
    await desk.post("U0RITA", "The export is empty")
    await desk.at("10:01")
    after = await figures(desk)
    assert after['threadline_events_received_total{kind="event"}'] > before.get(
        'threadline_events_received_total{kind="event"}', 0
    )
    assert after['threadline_alerts_sent_total{kind="alert"}'] == 2
    assert after["threadline_alert_lateness_seconds_count"] == 2
    assert after['threadline_alert_lateness_seconds_bucket{le="10.0"}'] == 2


async def test_what_waits_and_what_was_set_aside_is_shown(desk: Desk):
    shown = await figures(desk)
    assert shown['threadline_inbox_requests{state="pending"}'] == 0
    assert shown['threadline_inbox_requests{state="quarantined"}'] == 0
    for state in ("pending", "sending", "reconciling", "uncertain", "failed"):
        assert shown[f'threadline_outbox_messages{{state="{state}"}}'] == 0
    assert shown["threadline_database_up"] == 1
    assert shown["threadline_workspace_dead"] == 0
    assert set(re.findall(r'worker="(\w+)"', "".join(shown))) == {"inbox", "outbox", "homes", "backfill", "tick"}


async def test_what_is_overdue_is_shown_in_seconds(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    desk.stage.jump(desk.now.replace(hour=10, minute=48, second=0))  # a warning was due at 09:48, nobody looked
    assert (await figures(desk))["threadline_oldest_overdue_seconds"] == 3600


async def test_a_revoked_token_is_shown(desk: Desk):
    desk.sandbox.apps.revoke_token(desk.stage.world.app, "T0HOME")
    await desk.pass_time(minutes=1)
    assert (await figures(desk))["threadline_workspace_dead"] == 1
    status, text = await desk.get("/readyz")
    assert status == 503
    assert (json.loads(text)["workspace"], json.loads(text)["slack"]) == ("dead", False)


async def test_figures_betray_neither_words_nor_names_nor_secrets(desk: Desk):
    await desk.post("U0RITA", "Our password is swordfish")
    await desk.at("10:01")
    _, text = await desk.get("/metrics")
    world = desk.stage.world
    for secret in ("swordfish", "U0RITA", "C0ACME", "T0HOME", "Northwind", world.bot_token, world.signing_secret):
        assert secret not in text


async def test_no_label_grows_with_what_comes_in(desk: Desk):
    before = len(await figures(desk))
    await desk.post("U0RITA", "The export is empty")
    for number in range(30):
        await desk.raw_event({"type": f"brand_new_{number}", "event_ts": f"1768208500.{number:06}"})
    await desk.at("10:01")
    kinds = [name for name in await figures(desk) if "kind=" in name]
    assert len(kinds) <= 2 * (7 + 4)
    assert len(await figures(desk)) - before <= len(kinds)


async def test_without_a_database_the_figures_say_so_and_go_on(desk: Desk):
    await desk.bot.db.close()
    shown = await figures(desk)
    assert shown["threadline_database_up"] == 0
    status, _ = await desk.get("/readyz")
    assert status == 503
    status, _ = await desk.get("/healthz")
    assert status == 200
    await desk.bot.db.open()


async def test_a_process_that_is_not_to_tick_is_alive(desk: Desk):
    status, text = await desk.get("/healthz")
    assert (status, json.loads(text)) == (200, {"status": "ok", "tick_age_seconds": None})


async def test_a_process_whose_tick_is_older_than_a_minute_is_neither_alive_nor_ready(desk: Desk):
    now = [0.0]
    desk.bot.rounds._pulse._monotonic = lambda: now[0]
    desk.bot.rounds._pulse.begin()
    now[0] = 60.0
    assert (await desk.get("/healthz"))[0] == 200
    assert (await desk.get("/readyz"))[0] == 200
    now[0] = 61.0
    status, text = await desk.get("/healthz")
    assert (status, json.loads(text)) == (503, {"status": "no tick", "tick_age_seconds": 61.0})
    assert (await desk.get("/readyz"))[0] == 503


def test_ages_that_there_are_not_are_no_numbers():
    text = Metrics().scrape(None, tick_age=None, socket_silence=None, failures={}).decode()
    assert "threadline_tick_age_seconds NaN" in text
    assert "threadline_socket_silence_seconds NaN" in text


def test_an_alert_before_its_time_counts_as_on_time():
    metrics = Metrics()
    metrics.alert_sent("alert", -0.2)
    counted = Figures(inbox={}, outbox={}, overdue_seconds=0.0, workspace_dead=False)
    text = metrics.scrape(counted, tick_age=1.5, socket_silence=2.0, failures={"tick": 3}).decode()
    assert "threadline_alert_lateness_seconds_sum 0.0" in text
    assert 'threadline_worker_failures{worker="tick"} 3.0' in text


@pytest.fixture
async def connected():
    """A Socket Mode connection that pings ten times a second, and the sandbox at its other end."""
    sandbox = Sandbox()
    base = await sandbox.start()
    installed = furnish(sandbox)

    async def keep(_envelope):
        return None

    receiver = build_receiver(keep=keep, signing_secret=None)
    socket = SocketMode(receiver, app_token=installed["app_token"], base_url=f"{base}/api/", ping_seconds=0.1)
    await socket.start()
    yield sandbox, socket
    await socket.stop()
    await sandbox.stop()


async def until_healthy(socket, wanted):
    async with asyncio.timeout(30):
        while await socket.is_healthy() is not wanted:  # noqa: ASYNC110 - it lies on the other side of a socket
            await asyncio.sleep(0.01)


async def test_a_connection_on_which_slack_answers_is_healthy(connected):
    _, socket = connected
    await until_healthy(socket, True)


async def test_a_connection_that_is_open_but_dead_is_not_healthy(connected):
    sandbox, socket = connected
    await until_healthy(socket, True)
    sandbox.faults.calls("status", method="apps.connections.open", status=503)
    sandbox.apps.silence("A0SLA")
    await until_healthy(socket, False)
    sandbox.faults.clear()
    await until_healthy(socket, True)  # the client has connected anew
