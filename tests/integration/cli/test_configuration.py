"""`threadline check`, `init` and `migrate`."""

import sqlite3

import pytest

from tests.integration.cli.conftest import CONFIG


async def test_a_good_configuration_has_no_problems(run, folder):
    (folder / "threadline.yml").write_text(CONFIG)
    ended = await run("check")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1] == "threadline.yml: no problems; 1 policy, 1 channel."


async def test_all_problems_of_a_configuration_are_told_at_once(run, folder):
    (folder / "mine.yml").write_text("alert_chanel: C0TRIAGE\nadmins: [C0BOSS]\npolicies: [{title: ''}]\n")
    ended = await run("check", "mine.yml")
    assert (ended.code, ended.err) == (1, "")
    problems = ended.out.splitlines()
    assert problems[0].startswith("mine.yml:1: ")
    assert problems[0].endswith("did you mean alert_channel?")
    assert {line.split(":")[1] for line in problems} == {"1", "2", "3"}


async def test_a_configuration_that_is_not_there_is_wrong_usage(run):
    ended = await run("check", "mine.yml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.complaints == ["threadline: There is no configuration at mine.yml: `threadline init` writes one."]


async def test_a_configuration_that_is_no_text_is_wrong_usage(run, folder):
    (folder / "mine.yml").write_bytes(b"\xff\xfe")
    ended = await run("check", "mine.yml")
    assert (ended.code, ended.out, len(ended.complaints)) == (2, "", 1)


async def test_the_ready_made_configurations_are_listed(run):
    ended = await run("check", "--templates")
    assert (ended.code, ended.err) == (0, "")
    assert [line.split()[0] for line in ended.out.splitlines()] == ["standard", "tiered", "channels", "follow-the-sun"]


@pytest.mark.parametrize("template", ["channels", "follow-the-sun", "standard", "tiered"])
async def test_init_writes_a_configuration_that_can_be_used_and_says_what_to_fill_in(run, template):
    written = await run("init", template)
    assert (written.code, written.err) == (0, "")
    first, *placeholders = written.out.splitlines()
    assert first == "Wrote threadline.yml. Fill in, then run `threadline check`:"
    assert placeholders
    assert all(line.startswith("  line ") for line in placeholders)
    assert (await run("check")).code == 0


async def test_init_overwrites_nothing(run, folder):
    (folder / "threadline.yml").write_text("mine")
    ended = await run("init")
    assert (ended.code, ended.out) == (2, "")
    assert ended.complaints == [
        "threadline: threadline.yml exists already: move it away, or write elsewhere with --to."
    ]
    assert (folder / "threadline.yml").read_text() == "mine"


async def test_init_writes_elsewhere(run, folder):
    assert (await run("init", "tiered", "--to", "other.yml")).code == 0
    assert (folder / "other.yml").exists()


async def test_a_template_that_does_not_exist_is_named(run):
    ended = await run("init", "simple")
    assert ended.out == ""
    assert len(ended.complaints) == 1
    assert "simple" in ended.complaints[0]


async def test_a_place_that_cannot_be_written_is_one_sentence(run):
    ended = await run("init", "--to", "nowhere/threadline.yml")
    assert (ended.code, ended.out, len(ended.complaints)) == (2, "", 1)
    assert "nowhere/threadline.yml" in ended.complaints[0]


async def test_migrate_makes_the_tables_and_does_nothing_the_second_time(run, folder):
    for _ in range(2):
        ended = await run("migrate")
        assert (ended.code, ended.out, ended.err) == (0, "The database has the newest schema.\n", "")
    with sqlite3.connect(folder / "threadline.db") as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    connection.close()


async def test_migrate_leaves_a_database_of_a_newer_version_alone(run, folder):
    await run("migrate")
    with sqlite3.connect(folder / "threadline.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    ended = await run("migrate")
    assert (ended.code, ended.out, len(ended.complaints)) == (1, "", 1)
    assert "install the newer version that wrote it" in ended.complaints[0]


async def test_a_file_that_is_no_database_is_one_sentence(run, folder):
    (folder / "threadline.db").write_text("dear diary " * 1000)
    ended = await run("migrate")
    assert (ended.code, ended.out, len(ended.complaints)) == (1, "", 1)
    assert ended.complaints[0].endswith("threadline.db is not a Threadline database.")
