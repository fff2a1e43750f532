"""Before a configuration is applied, it is said what it would change: `threadline diff`, and `apply` itself."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.previewing import preview_json, preview_lines
from bot.clock import ManualClock
from bot.config.load import load_config
from bot.services.workspace.configuring import apply_config
from bot.services.workspace.preview import preview
from sla.events import Apply
from tests.support.desk import CONFIG, MONDAY, Desk, opened
from tests.support.processes import Ended, threadline

STRICTER = CONFIG.replace("first_reply_time: 1h", "first_reply_time: 30m")


async def previewed(desk: Desk, config: str, to_open: Apply = Apply.NEXT_UPDATE) -> list[str]:
    """What a person reads."""
    seen = await preview(desk.bot.db, "T0HOME", read(config), desk.now)
    return list(preview_lines(seen, to_open))


def read(config: str):
    return load_config(config, source="mine.yml", today=date(2026, 1, 12))


async def test_the_configuration_in_force_changes_nothing(desk: Desk):
    assert await previewed(desk, CONFIG) == ["Nothing would change: this is the configuration in force."]


async def test_a_shorter_target_moves_open_deadlines_and_would_have_missed_recent_tickets(desk: Desk):
    first = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:45")
    await desk.post("U0ANA", "Which one?", thread=first)
    await desk.click("U0ANA", "Solve")
    await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await desk.at("09:50")

    assert await previewed(desk, STRICTER) == [
        "policies",
        "  ~ Everybody: normal first_reply_time: 1h business -> 30m business",
        "",
        "1 of 1 open ticket would change, each with its next update:",
        "  #2: First reply due 2026-01-12 10:45 UTC -> due 2026-01-12 10:15 UTC",
        "",
        "1 of 2 tickets of the last 30 days would have been missed: #1",
    ]


async def test_a_deadline_that_would_be_over_already_is_shown_as_missed(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:40")

    told = await previewed(desk, STRICTER, Apply.NOW)
    assert told[3:5] == [
        "1 of 1 open ticket would change, each at once:",
        "  #1: First reply due 2026-01-12 10:00 UTC -> missed (was due 2026-01-12 09:30 UTC)",
    ]


async def test_a_longer_target_would_have_met_what_was_missed(desk: Desk):
    first = await desk.post("U0RITA", "The export is empty")
    await desk.at("10:30")
    await desk.post("U0ANA", "Which one?", thread=first)
    await desk.click("U0ANA", "Solve")

    told = await previewed(desk, CONFIG.replace("first_reply_time: 1h", "first_reply_time: 2h"))
    assert told[-1] == "1 of 1 ticket of the last 30 days would have been met: #1"


async def test_a_new_promise_a_paused_clock_and_another_policy_are_each_shown(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Pending")
    await desk.at("09:10")
    vip = (
        "  - {title: Vip, filter: {all: [{field: customer, operator: is, value: acme}]},\n"
        "     targets: {normal: {first_reply_time: 1h, requester_wait_time: 4h, total_resolution_time: 8h}}}\n"
    )
    told = await previewed(desk, CONFIG.replace("policies:\n", f"policies:\n{vip}"))
    assert told[4] == (
        "  #1: policy Everybody -> Vip; "
        "Requester wait time paused with 5 h 59 min left -> paused with 3 h 59 min left; "
        "Total resolution time not promised -> due 2026-01-13 10:00 UTC"
    )


async def test_a_customers_new_tier_counts_for_the_past_as_if_it_had_always_been_so(desk: Desk):
    gold = (
        "  - {title: Gold, filter: {all: [{field: customer_tier, operator: is, value: gold}]},\n"
        "     targets: {normal: {first_reply_time: 10m}}}\n"
    )
    first = await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await desk.at("09:30")
    await desk.post("U0ANA", "Which one?", thread=first, channel="C0GLOBEX")
    config = CONFIG.replace("name: Globex,", "name: Globex, tier: gold,").replace("policies:\n", f"policies:\n{gold}")

    told = await previewed(desk, config)
    assert "1 of 1 ticket of the last 30 days would have been missed: #1" in told
    assert "0 of 1 open ticket would change." in told


async def test_what_was_no_ticket_and_what_is_older_than_a_month_are_not_counted(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.click("U0ANA", "Not a ticket")
    second = await desk.post("U0HANK", "I cannot log in", channel="C0GLOBEX")
    await desk.at("09:50")
    await desk.post("U0ANA", "Which one?", thread=second, channel="C0GLOBEX")
    await desk.click("U0ANA", "Solve", number=2)
    assert (await previewed(desk, STRICTER))[-1] == "1 of 1 ticket of the last 30 days would have been missed: #2"

    await desk.pass_time(days=31)
    assert (await previewed(desk, STRICTER))[2:] == [
        "",
        "0 of 0 open tickets would change.",
        "",
        "0 of 0 tickets of the last 30 days would have ended otherwise.",
    ]


async def test_earlier_edits_are_no_part_of_the_comparison(desk: Desk):
    """A ticket of last week's rules is told under today's on both sides: only the new file makes a difference."""
    first = await desk.post("U0RITA", "The export is empty")
    await desk.at("09:45")
    await desk.post("U0ANA", "Which one?", thread=first)
    await apply_config(desk.bot.db, "T0HOME", read(STRICTER), who="cli:cleo", now=desk.now, to_open=Apply.NEXT_UPDATE)

    told = await previewed(desk, STRICTER.replace("next_reply_time: 2h", "next_reply_time: 3h"))
    assert told[-1] == "0 of 1 ticket of the last 30 days would have ended otherwise."


async def test_a_program_is_told_the_same(desk: Desk):
    await desk.post("U0RITA", "The export is empty")
    await desk.at("09:40")
    seen = await preview(desk.bot.db, "T0HOME", read(STRICTER), desk.now)

    told = json.loads(json.dumps(preview_json(seen, Apply.NOW)))
    assert told["changes"] == [
        {
            "section": "policies",
            "what": "Everybody: normal first_reply_time",
            "before": "1h business",
            "after": "30m business",
        }
    ]
    assert (told["open_tickets"]["total"], told["open_tickets"]["to_open"]) == (1, "now")
    assert told["recent_tickets"] == {
        "days": 30,
        "total": 1,
        "would_be_missed": [1],
        "would_be_met": [],
        "changed": told["open_tickets"]["changed"],
    }
    (ticket,) = told["open_tickets"]["changed"]
    assert ticket["missed"] == {"before": False, "after": True}
    assert [(each["metric"], each["before"]["outcome"], each["after"]["outcome"]) for each in ticket["instances"]] == [
        ("first_reply_time", "open", "missed")
    ]


@pytest.fixture
async def yesterday(desk_database: str, tmp_path: Path) -> Path:
    """A folder with the database of a day on which an urgent ticket was answered after fifteen minutes."""
    clock = ManualClock(datetime.now(UTC) - timedelta(days=1))
    async with opened(desk_database, clock=clock) as desk:
        first = await desk.post("U0RITA", "production down!")
        await desk.pass_time(minutes=15)
        await desk.post("U0ANA", "We look into it.", thread=first)
    return tmp_path


async def command(folder: Path, *arguments: str, config: str) -> Ended:
    (folder / "mine.yml").write_text(config)
    database = f"sqlite:///{folder / 'desk.db'}"
    return await threadline(*arguments, folder=folder, THREADLINE_DATABASE_URL=database)


async def test_the_command_shows_what_would_change_and_changes_nothing(yesterday: Path):
    config = CONFIG.replace("first_reply_time: 20m", "first_reply_time: 10m")
    for _ in range(2):
        ended = await command(yesterday, "diff", "mine.yml", config=config)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.splitlines()[:2] == [
            "policies",
            "  ~ Everybody: urgent first_reply_time: 20m calendar -> 10m calendar",
        ]
        assert ended.out.splitlines()[-1] == "1 of 1 ticket of the last 30 days would have been missed: #1"
    ended = await command(yesterday, "diff", "mine.yml", "--format", "json", config=config)
    assert json.loads(ended.out)["recent_tickets"]["would_be_missed"] == [1]


async def test_apply_says_the_same_before_it_saves_and_asks_nobody_in_a_pipe(yesterday: Path):
    config = CONFIG.replace("first_reply_time: 20m", "first_reply_time: 10m")
    ended = await command(yesterday, "apply", "mine.yml", config=config)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-2:] == [
        "1 of 1 ticket of the last 30 days would have been missed: #1",
        "mine.yml is version 2 now.",
    ]
    ended = await command(yesterday, "apply", "mine.yml", "--yes", config=config)
    assert ended.out.splitlines() == ["mine.yml is in force already."]


async def test_a_file_with_mistakes_is_not_compared(yesterday: Path):
    ended = await command(yesterday, "diff", "mine.yml", config=CONFIG.replace("policies:", "polices:"))
    assert ended.code == 1
    assert "did you mean policies?" in ended.err


LONG = CONFIG.replace("requester_wait_time: 6h", "total_resolution_time: 20h")
TIDY = f"{LONG}lifecycle: {{auto_solve_after: 2d, auto_close_after: 1d}}\n"


@pytest.mark.parametrize(
    ("in_force", "asked", "answer"),
    [(TIDY, LONG, "missed"), (LONG, TIDY, "met")],
    ids=["they would not have solved themselves", "they would have solved themselves"],
)
async def test_what_tickets_do_by_themselves_follows_from_each_configuration(
    desk_database: str, in_force: str, asked: str, answer: str
):
    async with opened(desk_database, clock=ManualClock(MONDAY), config=in_force) as desk:
        first = await desk.post("U0RITA", "The export is empty")
        await desk.post("U0ANA", "Which one?", thread=first)
        await desk.click("U0ANA", "Pending")
        await desk.at("fri 16:00")
        told = await previewed(desk, asked)
        assert told[-1] == f"1 of 1 ticket of the last 30 days would have been {answer}: #1"
