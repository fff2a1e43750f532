"""`threadline demo`: the whole product on loopback, and its account of itself."""

import json
import re
import signal
import zipfile

import pytest

from tests.support.processes import started


@pytest.fixture
def export(folder):
    """Writes a Slack export of one channel; the text of a member replaces the usual one."""

    def write(**members):
        channels = [{"id": "C0HELP", "name": "help"}]
        people = [{"id": "U0CARL", "name": "carl"}, {"id": "U0ADA", "name": "ada"}]
        day = [
            {"type": "message", "user": "U0CARL", "text": "It is broken", "ts": "1704700800.000100"},
            {"type": "message", "user": "U0ADA", "text": "Since when?", "ts": "1704701800.000100"}
            | {"thread_ts": "1704700800.000100"},
        ]
        usual = {"channels.json": channels, "users.json": people, "help/2024-01-08.json": day}
        files = {name: json.dumps(content) for name, content in usual.items()} | members
        with zipfile.ZipFile(folder / "export.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return "export.zip"

    return write


async def test_the_sample_is_played_to_its_end_and_its_figures_add_up(run):
    ended = await run("demo", "--once")
    assert (ended.code, ended.err) == (0, "")
    told = ended.out
    messages = number(r"^(\d+) messages by people", told)
    assert messages > 0
    fates = table("What became of the messages:", told)
    assert fates.pop("in all") == messages == sum(fates.values())
    starts = table("What became of those that start a thread:", told)
    assert starts.pop("in all") == sum(starts.values()) <= messages
    posts = re.findall(r"^(\d+) (cards|alerts|direct messages) sent, (\d+) found in the sandbox$", told, re.MULTILINE)
    assert [name for _, name, _ in posts] == ["cards", "alerts", "direct messages"]
    assert all(sent == found for sent, _, found in posts)
    assert int(posts[0][0]) == number(r"^(\d+) tickets$", told)
    met, missed = number(r"^(\d+) met, ", told), number(r" met, (\d+) missed, ", told)
    assert f" still open: attainment {100 * met / (met + missed):.1f} %\n" in told
    by_metric = re.findall(r"^  [A-Z][a-z ]+: (.+)$", told, re.MULTILINE)
    assert sum(int(count) for count in re.findall(r"(\d+) met", " ".join(by_metric))) == met
    assert sum(int(count) for count in re.findall(r"(\d+) missed", " ".join(by_metric))) == missed
    assert told.splitlines()[-1] == "Nothing was lost and nothing was doubled."


def number(pattern, told):
    """The one figure that a pattern finds."""
    (found,) = re.findall(pattern, told, re.MULTILINE)
    return int(found)


def table(title, told):
    """The indented figures under a title, by their names."""
    under = told.partition(f"{title}\n")[2]
    rows = re.match(r"(?: +\d+ .+\n)+", under)[0].splitlines()
    return {name: int(count) for count, name in (row.split(maxsplit=1) for row in rows)}


async def test_an_export_is_played_through_the_sandbox(run, export):
    ended = await run("demo", "--once", "--replay", export(), "--agents", "U0ADA")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("2 messages by people")
    assert "\n1 tickets\n" in ended.out
    assert ended.out.splitlines()[-1] == "Nothing was lost and nothing was doubled."


async def test_the_live_demonstration_starts_and_stops(folder):
    async with started("demo", "--port", "0", folder=folder) as demo:
        await demo.says("Ctrl-C ends the demonstration.")
        ended = await demo.end(signal.SIGINT)
    assert (ended.code, "Traceback" in ended.err) == (0, False)


async def test_the_live_demonstration_tells_what_people_do_by_their_names(folder):
    async with started("demo", "--port", "0", "--speed", "600", folder=folder) as demo:
        await demo.says("09:01  Rita Gomez in #acme-support: Hi team, our checkout is failing")
        await demo.says("09:20  Ana Sousa clicks Claim")
        ended = await demo.end(signal.SIGINT)
    assert ended.code == 0


async def refused(run, *arguments):
    ended = await run("demo", *arguments)
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert len(ended.complaints) == 1, ended.err
    return ended.code, ended.complaints[0]


async def test_a_replay_needs_virtual_time(run, export):
    code, sentence = await refused(run, "--replay", export())
    assert (code, sentence) == (2, "threadline: A replay is played in virtual time: add --once.")


async def test_agents_who_wrote_nothing_are_named(run, export):
    code, sentence = await refused(run, "--once", "--replay", export(), "--agents", "U0ADA,U0NOBODY")
    assert (code, sentence) == (2, "threadline: --agents names U0NOBODY, who wrote nothing in the export.")


async def test_a_number_of_agents_that_is_none_is_refused(run, export):
    code, sentence = await refused(run, "--once", "--replay", export(), "--agents", "top:many")
    assert (code, sentence) == (2, "threadline: --agents top:many is not a number of people: write top:10, say.")


async def test_an_export_that_is_not_there_is_wrong_usage(run):
    code, sentence = await refused(run, "--once", "--replay", "export.zip")
    assert (code, sentence) == (2, "threadline: There is no export at export.zip.")


async def test_a_file_that_is_no_zip_file_is_refused(run, folder):
    (folder / "export.zip").write_text("hello")
    code, sentence = await refused(run, "--once", "--replay", "export.zip")
    assert code == 1
    assert sentence == "threadline: export.zip is not a zip file that can be read: File is not a zip file."


async def test_an_export_without_channels_is_refused(run, export):
    code, sentence = await refused(run, "--once", "--replay", export(**{"channels.json": "nothing"}))
    assert (code, sentence) == (1, "threadline: channels.json in export.zip is not JSON.")


async def test_an_export_whose_days_are_broken_is_refused_with_the_first_reason(run, export):
    code, sentence = await refused(run, "--once", "--replay", export(**{"help/2024-01-08.json": "[{"}))
    assert code == 1
    assert sentence == (
        "threadline: export.zip has no messages that can be read (help/2024-01-08.json in export.zip is not JSON.)."
    )


async def test_what_cannot_be_played_of_an_export_is_left_out_and_told(run, export):
    day = [
        {"type": "message", "user": "U0CARL", "text": "It is broken", "ts": "1704700800.000100"},
        {"type": "message", "user": "U0CARL", "text": "", "files": [{"name": "screen.png"}], "ts": "1704700860.000100"},
        {
            "type": "message",
            "user": "U0ADA",
            "text": "Yes",
            "ts": "1704700900.000100",
            "thread_ts": "1704600000.000100",
        },
        {"type": "file"},
    ]
    name = export(**{"help/2024-01-08.json": json.dumps(day), "help/2024-01-09.json": "[{"})
    ended = await run("demo", "--once", "--replay", name, "--agents", "U0ADA")
    assert ended.code == 0
    assert ended.out.startswith("2 messages by people")
    assert ended.complaints == [
        "threadline: Left out: help/2024-01-08.json has an entry that is no message.",
        "threadline: Left out: help/2024-01-09.json in export.zip is not JSON.",
        (
            "threadline: Left out: What U0ADA wrote in C0HELP at 2024-01-08 08:01: There is no message "
            "1704600000.000100 in C0HELP."
        ),
    ]


async def test_an_export_with_people_that_are_no_slack_ids_is_refused(run, export):
    day = [{"type": "message", "user": "carl!", "text": "It is broken", "ts": "1704700800.000100"}]
    code, sentence = await refused(run, "--once", "--replay", export(**{"help/2024-01-08.json": json.dumps(day)}))
    assert code == 1
    assert sentence.startswith("threadline: export.zip is not like any export of Slack's: 'carl!' is not a Slack id")


async def test_a_configuration_for_the_replay_that_is_broken_is_refused(run, export, folder):
    (folder / "policy.yml").write_text("policies: 5")
    ended = await run("demo", "--once", "--replay", export(), "--agents", "U0ADA", "--config", "policy.yml")
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert len(ended.complaints) == 1
