"""`threadline run`: what it refuses, in one sentence, and how it stops."""

import asyncio
import signal
import sqlite3

import pytest

from tests.support.processes import free_port, started, until


async def refusal(run, **variables):
    """The exit code and the one sentence of a `run` that does not start."""
    ended = await run("run", **variables)
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert len(ended.complaints) == 1, ended.err
    return ended.code, ended.complaints[0]


async def test_without_a_bot_token_it_says_where_to_find_one(run):
    code, sentence = await refusal(run)
    assert code == 2
    assert sentence == (
        "threadline: SLACK_BOT_TOKEN is not set: copy the bot token (xoxb-...) from OAuth & Permissions of your Slack "
        "app, or try `threadline demo`, which needs none."
    )


async def test_a_bot_token_of_the_wrong_kind_is_refused_and_not_shown(run):
    code, sentence = await refusal(run, SLACK_BOT_TOKEN="xoxp-secret", SLACK_APP_TOKEN="xapp-1")
    assert (code, sentence) == (2, "threadline: SLACK_BOT_TOKEN must start with xoxb-.")


async def test_without_a_way_for_slack_to_reach_it_the_two_ways_are_named(run):
    code, sentence = await refusal(run, SLACK_BOT_TOKEN="xoxb-1")
    assert code == 2
    assert "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)" in sentence


async def test_a_bot_token_that_slack_does_not_know_is_refused(run, slack):
    code, sentence = await refusal(run, **slack.variables | {"SLACK_BOT_TOKEN": "xoxb-wrong"})
    assert code == 1
    assert sentence.startswith("threadline: Slack does not accept SLACK_BOT_TOKEN (invalid_auth): copy the bot token")


async def test_an_app_token_that_slack_does_not_know_is_refused(run, slack):
    code, sentence = await refusal(run, **slack.variables | {"SLACK_APP_TOKEN": "xapp-wrong"})
    assert code == 1
    assert sentence == (
        "threadline: Slack does not accept SLACK_APP_TOKEN (invalid_auth): make an app-level token with the scope "
        "connections:write under Basic Information."
    )


async def test_a_slack_that_cannot_be_reached_is_named(run, slack):
    nowhere = f"http://127.0.0.1:{free_port()}/api/"
    code, sentence = await refusal(run, **slack.variables | {"SLACK_API_URL": nowhere})
    assert code == 1
    assert sentence.startswith(f"threadline: Slack cannot be reached at {nowhere}. Slack did not answer auth.test: ")


async def test_a_port_that_is_taken_is_named(run, slack):
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    code, sentence = await refusal(run, **slack.variables | {"THREADLINE_LISTEN": f"127.0.0.1:{port}"})
    server.close()
    await server.wait_closed()
    assert code == 1
    assert sentence == (
        f"threadline: Port {port} on 127.0.0.1 is taken by another program: stop it, or listen elsewhere "
        "(THREADLINE_LISTEN)."
    )


async def test_without_a_configuration_it_says_how_to_write_one(run, slack, folder):
    (folder / "threadline.yml").unlink()
    code, sentence = await refusal(run, **slack.variables)
    assert code == 2
    assert sentence == "threadline: There is no configuration at threadline.yml: `threadline init` writes one."


async def test_every_problem_of_a_broken_configuration_is_told_with_its_line(run, slack, folder):
    (folder / "threadline.yml").write_text("admins: U0BOSS\nalert_chanel: C0TRIAGE\ndefault_priority: soon\n")
    ended = await run("run", **slack.variables)
    assert ended.code == 1
    assert [line.removeprefix("threadline: ").split(":")[:2] for line in ended.complaints] == [
        ["threadline.yml", "1"],
        ["threadline.yml", "2"],
        ["threadline.yml", "3"],
    ]
    assert "did you mean alert_channel?" in ended.complaints[1]


async def test_a_database_of_a_newer_version_is_left_alone(run, slack, folder):
    await run("migrate")
    with sqlite3.connect(folder / "threadline.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    code, sentence = await refusal(run, **slack.variables)
    assert code == 1
    assert sentence == (
        "threadline: The database has the schema 9999, which this version of Threadline does not know: install the "
        "newer version that wrote it."
    )


async def test_a_database_in_a_folder_that_does_not_exist_is_one_sentence(run, slack, folder):
    code, sentence = await refusal(run, **slack.variables, THREADLINE_DATABASE_URL="sqlite:///nowhere/threadline.db")
    assert code == 1
    assert sentence == (
        f"threadline: The database {folder}/nowhere/threadline.db cannot be opened (No such file or directory): check "
        "that its folder exists and may be written."
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_cleanly(slack, folder, number):
    async with started("run", folder=folder, **slack.variables) as bot:
        await bot.says("Threadline runs for Helpful Ltd; its dashboard is http://127.0.0.1:")
        async with asyncio.timeout(10):
            ended = await bot.end(number)
    assert ended.code == 0
    assert "Traceback" not in ended.err


async def test_it_stops_within_ten_seconds_also_while_slack_does_not_answer(slack, folder):
    async with started("run", folder=folder, **slack.variables) as bot:
        await bot.says("Threadline runs")
        slack.sandbox.faults.calls("hold", method="chat.postMessage", count=1)
        slack.sandbox.act.post("C0ACME", "U0CARL", "Nothing works")
        await until(lambda: not slack.sandbox.faults.list())
        async with asyncio.timeout(13):
            ended = await bot.end(signal.SIGTERM)
        slack.sandbox.faults.clear()
    assert ended.code == 0
    assert "Traceback" not in ended.err


async def test_a_second_run_on_the_same_file_is_refused(run, slack, folder):
    async with started("run", folder=folder, **slack.variables) as first:
        await first.says("Threadline runs")
        code, sentence = await refusal(run, **slack.variables)
        assert (await first.end(signal.SIGTERM)).code == 0
    assert code == 1
    assert "Another `threadline run` (process " in sentence
    assert sentence.endswith("stop it first, or use PostgreSQL for several.")


async def test_a_file_that_differs_from_what_is_in_force_is_reported_and_not_applied(slack, folder):
    file = folder / "threadline.yml"
    for remark in ("Threadline runs", "is in force, and threadline.yml differs: `threadline diff threadline.yml`"):
        async with started("run", folder=folder, **slack.variables) as bot:
            await bot.says(remark)
            await bot.says("Threadline runs")
            await bot.end(signal.SIGTERM)
        file.write_text(file.read_text().replace("first_reply_time: 4h", "first_reply_time: 1h"))
    file.write_text("policies: 7\n")
    async with started("run", folder=folder, **slack.variables) as bot:
        await bot.says("is in force; threadline.yml cannot be used: ")
        await bot.says("Threadline runs")
        await bot.end(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_after_a_stop_or_a_crash_the_next_run_goes_on_at_once(slack, folder, number):
    """What the one before had taken on need not wait for the minute that its lease lasts."""
    cards = lambda: len(slack.sandbox.read.calls(method="chat.postMessage"))  # noqa: E731
    for matter, user in enumerate(("U0CARL", "U0DORA"), start=1):
        async with started("run", folder=folder, **slack.variables) as bot:
            await bot.says("Threadline runs")
            slack.sandbox.act.post("C0ACME", user, f"Matter {matter}")
            async with asyncio.timeout(20):
                await until(lambda matter=matter: cards() == matter)
            await bot.end(number)
