"""Several processes on one database: halves and replicas on PostgreSQL, one process on SQLite."""

import asyncio
import signal
from collections import Counter

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.faults.ledger import Ledger
from tests.support.processes import Command, until

CONFIG = """
admins: [U0BOSS]
agents: {user_groups: [S0SUPPORT], home_workspace: true}
alert_channel: C0TRIAGE
default_priority: normal
channels:
  defaults: {group_messages_within: off}
  C0ACME: {}
policies:
  - title: Quick
    targets: {normal: {hours: calendar, first_reply_time: 15s}}
routes:
  default: {thresholds: {"0": [alert_channel]}}
"""
SECONDS = 100


@pytest.fixture
def ledger(postgresql_url):
    found = Ledger(postgresql_url)
    yield found
    found.close()


@pytest.fixture
async def start(folder, slack, postgresql_url):
    """Starts `threadline run` on the database that all share; what still runs in the end is killed."""
    (folder / "threadline.yml").write_text(CONFIG, encoding="utf-8")
    commands = []

    async def started(*arguments, **changed):
        variables = slack.variables | {"THREADLINE_DATABASE_URL": postgresql_url} | changed
        command = Command("run", *arguments, folder=folder, **variables)
        commands.append(command)
        command.start()
        await command.says("Threadline runs")
        return command

    yield started
    for command in commands:
        await command.destroy()


def posted(slack):
    """The cards and the alerts in the alert channel: for each message the cards, for each card the alerts."""
    messages = [one for one in slack.sandbox.read.messages("C0TRIAGE") if one.get("app_id")]
    cards = Counter(number for one in messages for number in range(99) if f"Matter {number}." in _card(one))
    alerts = Counter(one["thread_ts"] for one in messages if one.get("thread_ts", one["ts"]) != one["ts"])
    return cards, alerts


def _card(message):
    """What a card shows; nothing for any other message."""
    return str(message["blocks"]) if any(block["type"] == "actions" for block in message["blocks"]) else ""


async def arrive(slack, ledger, matters):
    """Wait until there is a card for every matter and an alert for every card, and nothing is left to do."""
    async with asyncio.timeout(SECONDS):
        await until(lambda: set(posted(slack)[0]) >= set(matters))
        await until(lambda: len(posted(slack)[1]) >= len(matters))
        await until(ledger.is_idle)


@pytest.mark.parametrize("half", ["web", "worker"])
async def test_on_sqlite_one_process_does_all_the_work(run, slack, half):
    refused = await run("run", "--only", half, **slack.variables)
    assert refused.code == 2
    (sentence,) = refused.complaints
    assert sentence == (
        "threadline: One process does all the work on an SQLite file: leave --only out, or let several share a "
        "PostgreSQL database (THREADLINE_DATABASE_URL)."
    )


async def test_a_half_that_does_not_exist_is_refused(run, slack):
    refused = await run("run", "--only", "mail", **slack.variables)
    assert refused.code == 2
    assert "'mail' is not one of 'web', 'worker'" in refused.complaints[0]


@pytest.mark.postgresql
async def test_two_replicas_understand_every_message_once_and_send_every_alert_once(start, slack, ledger):
    await start()
    await start()
    for number in range(6):
        slack.sandbox.act.post("C0ACME", ("U0CARL", "U0DORA")[number % 2], f"Matter {number}.")
    await arrive(slack, ledger, range(6))
    cards, alerts = posted(slack)
    assert cards == dict.fromkeys(range(6), 1)
    assert list(alerts.values()) == [1] * 6
    assert ledger.number("SELECT count(*) FROM ticket") == 6


@pytest.mark.postgresql
async def test_the_web_half_takes_what_the_worker_half_works_on(start, slack, ledger):
    await start("--only", "web")
    worker = await start("--only", "worker", SLACK_APP_TOKEN="")
    assert [one["silent"] for one in slack.sandbox.apps.connections("A0SLA")] == [False]  # the worker has none
    slack.sandbox.act.post("C0ACME", "U0CARL", "Matter 1.")
    await arrive(slack, ledger, [1])
    assert posted(slack)[0] == {1: 1}
    assert (await worker.end(signal.SIGTERM)).code == 0


@pytest.mark.postgresql
async def test_without_a_worker_nothing_is_lost_and_nothing_is_done(start, slack, ledger):
    web = await start("--only", "web")
    slack.sandbox.act.post("C0ACME", "U0CARL", "Matter 1.")
    async with asyncio.timeout(SECONDS):
        await until(lambda: ledger.number("SELECT count(*) FROM inbox WHERE state = 'pending'") == 1)
    assert (await web.end(signal.SIGTERM)).code == 0
    assert ledger.number("SELECT count(*) FROM inbox WHERE state = 'pending'") == 1
    await start()
    await arrive(slack, ledger, [1])
    assert posted(slack)[0] == {1: 1}


@pytest.mark.postgresql
async def test_a_replica_that_is_stopped_hands_over_at_once(start, slack, ledger):
    first = await start()
    slack.sandbox.act.post("C0ACME", "U0CARL", "Matter 1.")
    async with asyncio.timeout(SECONDS):
        await until(lambda: 1 in posted(slack)[0])
    assert ledger.number("SELECT count(*) FROM lease") == 1
    assert (await first.end(signal.SIGTERM)).code == 0
    assert ledger.number("SELECT count(*) FROM lease") == 0
    await start()
    slack.sandbox.act.post("C0ACME", "U0DORA", "Matter 2.")
    await arrive(slack, ledger, [1, 2])
    assert posted(slack)[0] == {1: 1, 2: 1}
    assert list(posted(slack)[1].values()) == [1, 1]


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(240)
async def test_when_a_replica_is_killed_the_other_goes_on_with_its_work(start, slack, ledger, postgresql_url):
    first = await start()
    slack.sandbox.act.post("C0ACME", "U0CARL", "Matter 1.")
    async with asyncio.timeout(SECONDS):
        await until(lambda: 1 in posted(slack)[0])  # so that the first one holds the inbox
    await start()
    await first.end(signal.SIGKILL)
    for number in range(2, 5):
        slack.sandbox.act.post("C0ACME", ("U0CARL", "U0DORA")[number % 2], f"Matter {number}.")
    _let_a_minute_pass(postgresql_url)
    await arrive(slack, ledger, range(1, 5))
    cards, alerts = posted(slack)
    assert cards == dict.fromkeys(range(1, 5), 1)
    assert list(alerts.values()) == [1] * 4


def _let_a_minute_pass(url):
    """Every lease that the dead one held has ended, as it has a minute later."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as conn:
        conn.execute(text("UPDATE lease SET until = until - interval '1 minute'"))
        conn.execute(text("UPDATE inbox SET not_before = not_before - interval '1 minute' WHERE state = 'pending'"))
        conn.execute(text("UPDATE outbox SET lease_until = lease_until - interval '1 minute'"))
        conn.execute(text("UPDATE slot SET next_at = next_at - interval '1 minute'"))
    engine.dispose()
