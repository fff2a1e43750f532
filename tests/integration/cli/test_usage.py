"""What every command says to whoever mistypes it."""

import sys
from asyncio.subprocess import PIPE, create_subprocess_exec

import pytest


async def test_an_unknown_command_is_named(run):
    ended = await run("rum")
    assert ended.code == 2
    assert len(ended.complaints) == 1
    assert ended.complaints[0].startswith("threadline: No such command 'rum'.")


async def test_an_unknown_option_is_named(run):
    ended = await run("demo", "--fast")
    assert ended.code == 2
    assert len(ended.complaints) == 1
    assert "No such option: --fast" in ended.complaints[0]
    assert "Try `threadline demo --help`." in ended.complaints[0]


async def test_an_argument_too_many_is_named(run):
    ended = await run("migrate", "now")
    assert ended.code == 2
    assert len(ended.complaints) == 1
    assert "now" in ended.complaints[0]


async def test_a_value_out_of_range_is_named(run):
    ended = await run("demo", "--speed", "0")
    assert ended.code == 2
    assert len(ended.complaints) == 1
    assert "--speed" in ended.complaints[0]


async def test_a_word_that_is_no_choice_is_told_with_those_there_are(run):
    ended = await run("report", "--format", "yaml")
    assert ended.code == 2
    assert ended.err == (
        "threadline: Invalid value for '--format': 'yaml' is not one of 'table', 'csv', 'json', 'png'. "
        "Try `threadline report --help`.\n"
    )


async def test_help_is_no_error(run):
    ended = await run("--help")
    assert (ended.code, ended.err) == (0, "")
    assert all(command in ended.out for command in ("demo", "run", "doctor", "init", "check", "evaluate", "migrate"))


@pytest.mark.parametrize(("of", "least"), [((), 21), (("import",), 2), (("token",), 3), (("outbox",), 2)])
async def test_a_list_of_commands_says_everything_in_whole_sentences_on_a_narrow_terminal(run, of, least):
    ended = await run(*of, "--help", COLUMNS="80")
    listed = ended.out.partition("Commands:\n")[2].splitlines()
    assert len(listed) >= least
    assert [line for line in listed if not line.endswith(".") or line.endswith("..")] == []


async def test_without_a_command_the_help_is_shown(run):
    ended = await run()
    assert ended.code in {0, 2}
    assert "Usage: threadline" in ended.out + ended.err
    assert "Traceback" not in ended.err


async def test_a_bad_environment_is_told_with_all_its_problems_and_none_of_its_secrets(run):
    ended = await run("migrate", THREADLINE_LISTEN="everywhere", THREADLINE_SECRET_KEY="sesame")
    assert ended.code == 2
    assert ended.err == (
        "threadline: THREADLINE_LISTEN must be a host and a port such as 127.0.0.1:3000. THREADLINE_SECRET_KEY must "
        "have at least 32 characters; `openssl rand -hex 32` makes a good one.\n"
    )


async def test_with_debug_an_error_comes_with_its_traceback(run):
    ended = await run("--debug", "evaluate", "nothing.json")
    assert ended.code == 1
    assert "Traceback" in ended.err
    assert "BotError" in ended.err


async def test_it_starts_from_a_shell_as_it_does_here():
    process = await create_subprocess_exec(sys.executable, "-m", "bot", "evaluate", "nothing.json", stderr=PIPE)
    _, complaint = await process.communicate()
    assert process.returncode == 2
    assert complaint.decode() == "threadline: There is no timeline at nothing.json.\n"
