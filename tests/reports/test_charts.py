"""Reports as charts: on the dashboard in the page's own colours, in Slack as a picture for whoever asked."""

import base64
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import Connection

from bot.pictures import Drawings
from store import instances, tickets
from tests.support.desk import MONDAY, Desk
from tests.support.stored import a_ticket, an_instance

SVG = "{http://www.w3.org/2000/svg}"
COLOURS = {f"var(--{name})" for name in ("surface", "ink", "soft", "line", "met", "missed")}


async def promises(desk: Desk, *groups: tuple[str, int, int], days_ago: int = 0) -> None:
    """So many promises of a policy met, and so many missed."""
    at = MONDAY - timedelta(days=days_ago)

    def store(conn: Connection) -> None:
        for policy, met, missed in groups:
            about = {"workspace": "T0HOME", "created_at": at, "last_event_at": at, "customer": "acme"}
            ticket = tickets.create(conn, a_ticket(**about))
            done = {"stage": "fulfilled", "activated_at": at, "fulfilled_at": at, "breach_at": at, "policy": policy}
            of = {"workspace": "T0HOME", "ticket_id": ticket.ticket_id, **done}
            outcomes = ["met"] * met + ["missed"] * missed
            rows = [an_instance(**of, instance=one, outcome=outcome) for one, outcome in enumerate(outcomes, 1)]
            instances.upsert_many(conn, rows)

    await desk.bot.db.write(store)


class Chart:
    """What a page draws: the words of the drawing, and the lengths of its bars."""

    def __init__(self, page: str) -> None:
        (drawn,) = re.findall(
            r'<div class="chart" role="img" aria-label="([^"]*)"><div aria-hidden="true">(.*?</svg>)', page, re.DOTALL
        )
        self.told = unescape(drawn[0])
        self.root = ET.fromstring(drawn[1])
        self.words = ["".join(one.itertext()) for one in self.root.iter(f"{SVG}text")]

    def bars(self, outcome: str) -> list[float]:
        """How long the bars of an outcome are, or how wide; the legend's square is none of them."""
        paths = [one for one in self.root.iter(f"{SVG}path") if one.get("fill") == f"var(--{outcome})"]
        return [float(re.findall(r"h([\d.]+)", one.get("d"))[0]) for one in paths if one.get("transform") is None]

    def colours(self) -> set[str]:
        return {one.get(name) for one in self.root.iter() for name in ("fill", "stroke") if one.get(name)}


async def chart(desk: Desk, by: str) -> Chart:
    status, page = await desk.get(f"/reports?by={by}&all=1")
    assert status == 200
    return Chart(page)


@pytest.fixture
def renderer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Another renderer in the place of the one that the extra brings, in the process that draws."""

    def take(source: str) -> Path:
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "vl_convert.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "other"))
        return tmp_path / "other"

    return take


# On the dashboard


async def test_the_axis_counts_in_whole_promises_each_told_once(desk: Desk):
    await promises(desk, ("Gold", 1, 1), ("Silver", 1, 0))
    drawn = await chart(desk, "policy")
    assert [word for word in drawn.words if word.isdigit()] == ["0", "1", "2"]


async def test_a_report_has_a_chart_with_its_figures(desk: Desk):
    await promises(desk, ("Gold", 8, 2), ("Silver", 3, 0), ("Tin", 0, 5))
    drawn = await chart(desk, "policy")
    assert drawn.told == "Promises met and missed by policy: 11 of 18 met: 61.1 %"
    assert [word for word in drawn.words if word in {"Gold", "Silver", "Tin"} or "%" in word] == [
        *("Gold", "Silver", "Tin"),
        *("80.0 %", "100.0 %", "0.0 %"),
    ]
    unit = drawn.bars("met")[0] / 8
    assert [length / unit for length in drawn.bars("met")] == [8, 3]
    assert [length / unit for length in drawn.bars("missed")] == [2, 5]


async def test_a_chart_has_the_colours_of_the_page_and_no_styles_of_its_own(desk: Desk):
    await promises(desk, ("Gold", 8, 2))
    drawn = await chart(desk, "policy")
    assert drawn.colours() <= {"none", *COLOURS}
    assert [one.tag for one in drawn.root.iter() if "style" in one.attrib or one.tag == f"{SVG}style"] == []


async def test_weeks_stand_in_order_with_the_empty_ones_between_them(desk: Desk):
    await promises(desk, ("Gold", 2, 2))
    await promises(desk, ("Gold", 1, 0), days_ago=21)
    drawn = await chart(desk, "week")
    assert [word for word in drawn.words if "-W" in word] == ["2025-W52", "2026-W01", "2026-W02", "2026-W03"]
    assert [word for word in drawn.words if "%" in word] == ["100.0 %", "50.0 %"]


async def test_of_many_weeks_the_last_are_drawn(desk: Desk):
    await promises(desk, ("Gold", 1, 0))
    for weeks in (30, 39, 40, 50):
        await promises(desk, ("Gold", 1, 0), days_ago=7 * weeks)
    status, page = await desk.get("/reports?by=week&all=1")
    assert (status, len(Chart(page).bars("met"))) == (200, 3)
    assert "2 more, earlier or with fewer promises, are only in the table." in page
    assert "2025-W05" in page.split("<tbody>")[1]


async def test_a_day_has_twenty_four_hours(desk: Desk):
    await promises(desk, ("Gold", 1, 1))
    drawn = await chart(desk, "hour")
    assert [word for word in drawn.words if re.fullmatch(r"\d\d", word)] == [f"{hour:02}" for hour in range(24)]


async def test_of_many_groups_the_largest_are_drawn_and_the_table_has_the_rest(desk: Desk):
    await promises(desk, *((f"P{number:02}", number, 0) for number in range(1, 62)))
    status, page = await desk.get("/reports?by=policy&all=1")
    assert status == 200
    assert [word for word in Chart(page).words if word.startswith("P") and word != "Promises"] == [
        f"P{number:02}" for number in range(22, 62)
    ]
    assert "21 more, earlier or with fewer promises, are only in the table." in page
    assert "P01" in page.split("<tbody>")[1]


HOSTILE = [
    "</text></svg><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><b>",
    "Gold " + "very " * 1000 + "long one",
    "Gold " + "very " * 1000 + "long other",
    "two\nlines\x07\x1b[31m\u202eback\u200b",
    "]]> &amp; &#x3c;",
    "{{ 7 * 7 }} ${7*7} datum.count",
]


async def test_names_that_anybody_may_have_chosen_are_only_words(desk: Desk):
    await promises(desk, *((name, 1, 1) for name in HOSTILE))
    status, page = await desk.get("/reports?by=policy&all=1")
    assert status == 200
    assert "<script" not in page
    assert "<img" not in page
    drawn = Chart(page)
    allowed = {f"{SVG}{tag}" for tag in ("svg", "g", "path", "rect", "text", "line")}
    assert {one.tag for one in drawn.root.iter()} <= allowed
    assert [name for one in drawn.root.iter() for name in one.attrib if name.startswith("on") or "href" in name] == []
    assert len(drawn.bars("met")) == len(HOSTILE)
    assert "\"'><b>" in drawn.words
    assert max(map(len, drawn.words)) <= 60


async def test_what_slack_says_somebody_is_called_is_only_words(desk: Desk):
    desk.sandbox.build.user("T0HOME", "<script>alert(1)</script>", id="U0EVE", real_name="Eve")
    desk.sandbox.channels.join("C0ACME", "U0EVE")
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0EVE", "On it", thread=ts)
    status, page = await desk.get("/reports?by=agent&all=1")
    assert (status, "<script" in page) == (200, False)
    assert "scriptalert(1)/script" in Chart(page).words


async def test_without_figures_there_is_no_chart(desk: Desk):
    status, page = await desk.get("/reports")
    assert (status, "<svg" in page, "What became of promises" in page) == (200, False, True)


async def test_without_the_extra_there_is_the_table_and_a_word_on_what_is_missing(desk: Desk, renderer):
    renderer("raise ImportError")
    await promises(desk, ("Gold", 8, 2))
    status, page = await desk.get("/reports?by=policy&all=1")
    assert (status, "<svg" in page, page.count(">Gold<")) == (200, False, 1)
    assert unescape(page).count("Charts need one more library: pip install 'threadline[charts]'.") == 1


async def test_once_the_extra_is_installed_there_is_a_chart_without_a_restart(desk: Desk, renderer):
    place = renderer("raise ImportError")
    await promises(desk, ("Gold", 8, 2))
    await desk.get("/reports?by=policy&all=1")
    (place / "vl_convert.py").unlink()
    assert "Gold" in (await chart(desk, "policy")).words


@pytest.mark.parametrize("source", ["raise RuntimeError('no fonts')", "def vegalite_to_svg(_): raise SystemExit(9)"])
async def test_a_renderer_that_fails_fails_no_page(desk: Desk, renderer, source: str):
    renderer(source)
    await promises(desk, ("Gold", 8, 2))
    status, page = await desk.get("/reports?by=policy&all=1")
    assert (status, "<svg" in page, page.count(">Gold<")) == (200, False, 1)
    assert "The chart could not be drawn. The table has every figure." in page


async def test_a_renderer_that_hangs_is_waited_for_once(desk: Desk, renderer):
    place = renderer(
        "import pathlib, time\npathlib.Path(__file__).with_name('begun').open('a').write('x')\ntime.sleep(600)"
    )
    desk.bot.drawings._within = 2.0
    await promises(desk, ("Gold", 8, 2))
    for _ in range(2):
        status, page = await desk.get("/reports?by=policy&all=1")
        assert (status, "The chart could not be drawn. The table has every figure." in page) == (200, True)
    assert (place / "begun").read_text() == "x"


async def test_somebody_who_comes_while_a_chart_is_drawn_does_not_wait_for_ever(desk: Desk, renderer):
    renderer("import time\ntime.sleep(600)")
    desk.bot.drawings._within, desk.bot.drawings._patience = 2.0, 0.1
    await promises(desk, ("Gold", 8, 2))
    _, page = await desk.get("/reports?by=policy&all=1")
    assert "The chart could not be drawn in time. The table has every figure." in page


async def test_a_page_that_is_loaded_again_draws_nothing_again(desk: Desk, renderer):
    place = renderer(
        "import pathlib\n"
        "def vegalite_to_svg(asked):\n"
        "    pathlib.Path(__file__).with_name('drawn').open('a').write('x')\n"
        "    return '<svg><text>drawn by another</text></svg>'\n"
    )
    await promises(desk, ("Gold", 8, 2))
    for _ in range(3):
        assert "drawn by another" in (await desk.get("/reports?by=policy&all=1"))[1]
    assert (place / "drawn").read_text() == "x"
    await promises(desk, ("Gold", 1, 0))
    assert "drawn by another" in (await desk.get("/reports?by=policy&all=1"))[1]
    assert (place / "drawn").read_text() == "xx"


async def test_only_the_last_few_drawings_are_kept(desk: Desk, renderer):
    renderer("def vegalite_to_svg(asked): return '<svg></svg>'")
    drawings = Drawings()
    for number in range(20):
        await drawings.draw({"number": number}, "svg")
    assert len(drawings._known) == 16


# In Slack


def pictures(desk: Desk, user: str) -> list[dict]:
    """The files that the bot has shared with somebody alone."""
    own = [one["id"] for one in desk.sandbox.read.channels() if one["kind"] == "im" and user in one["members"]]
    messages = [message for channel in own for message in desk.sandbox.read.messages(channel)]
    return [desk.sandbox.read.file(file["id"]) for message in messages for file in message.get("files", ())]


def everything_shared(desk: Desk) -> list[str]:
    """Who is in the conversations that the bot has shared files in."""
    return [
        sorted(place["members"])
        for place in desk.sandbox.read.channels()
        for message in desk.sandbox.read.messages(place["id"])
        if message.get("files")
    ]


async def test_whoever_asks_for_a_report_gets_its_picture_alone(desk: Desk):
    await promises(desk, ("Gold", 8, 2), ("Silver", 3, 0))
    answer = await desk.command("U0ANA", "/sla report by policy", channel="C0ACME")
    assert "Silver" in answer
    (picture,) = pictures(desk, "U0ANA")
    content = base64.b64decode(picture["content"])
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert (picture["mimetype"], picture["original_w"] > 400, picture["original_h"] > 200) == ("image/png", True, True)
    assert picture["title"] == "Promises met and missed by policy"
    assert picture["alt_txt"] == "Promises met and missed by policy: 11 of 13 met: 84.6 %, in the last 30 days"
    assert everything_shared(desk) == [["U0ANA", "U0THREAD"]]


async def test_the_table_comes_first(desk: Desk):
    await promises(desk, ("Gold", 8, 2))
    await desk.command("U0ANA", "/sla report by policy")
    (table,) = desk.sandbox.read.ephemerals(user="U0ANA")
    (picture,) = desk.direct_messages("U0ANA")
    assert table["ts"] < picture.ts
    assert picture.text == "Promises met and missed by policy: 8 of 10 met: 80.0 %, in the last 30 days"


async def test_a_report_that_is_asked_for_in_a_thread_has_a_picture_as_well(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await promises(desk, ("Gold", 8, 2))
    await desk.post("U0ANA", "<@U0THREAD> report by policy", thread=ts)
    assert [one["title"] for one in pictures(desk, "U0ANA")] == ["Promises met and missed by policy"]
    assert everything_shared(desk) == [["U0ANA", "U0THREAD"]]


async def test_a_picture_calls_people_and_channels_by_their_names(desk: Desk):
    ts = await desk.post("U0RITA", "The export is empty")
    await desk.post("U0ANA", "On it", thread=ts)
    assert re.search(r"^ana  +1 ", await desk.command("U0BEN", "/sla report by agent"), re.MULTILINE)
    assert "\n#acme " in await desk.command("U0BEN", "/sla report by channel")
    assert len(pictures(desk, "U0BEN")) == 2


async def test_names_that_anybody_may_have_chosen_are_drawn_as_well(desk: Desk):
    await promises(desk, *((name, 1, 1) for name in HOSTILE))
    await desk.command("U0ANA", "/sla report by policy")
    assert len(pictures(desk, "U0ANA")) == 1


@pytest.mark.parametrize("words", ["by policy", "times", "breaches"])
async def test_only_figures_are_drawn(desk: Desk, words: str):
    if words != "by policy":
        await promises(desk, ("Gold", 8, 2))
    await desk.command("U0ANA", f"/sla report {words}")
    assert pictures(desk, "U0ANA") == []


@pytest.mark.parametrize("method", ["conversations.open", "files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize(
    "fault", [{"kind": "error", "error": "file_uploads_disabled"}, {"kind": "status", "status": 503}, {"kind": "drop"}]
)
async def test_a_picture_that_slack_does_not_take_is_not_missed_in_the_answer(desk: Desk, method: str, fault: dict):
    await promises(desk, ("Gold", 8, 2))
    desk.sandbox.faults.calls(**fault, method=method)
    assert "Gold" in await desk.command("U0ANA", "/sla report by policy")
    assert len(desk.said_to("U0ANA")) == 1
    assert len(desk.calls(method)) <= 1


async def test_without_the_scope_the_answer_is_the_table(desk: Desk):
    await promises(desk, ("Gold", 8, 2))
    app = desk.stage.world.app
    scopes = next(one["scopes"] for one in desk.sandbox.read.apps() if one["id"] == app)
    desk.sandbox.build.configure(app, scopes=[scope for scope in scopes if scope != "files:write"])
    assert "Gold" in await desk.command("U0ANA", "/sla report by policy")
    assert (len(desk.said_to("U0ANA")), pictures(desk, "U0ANA")) == (1, [])


@pytest.mark.parametrize("source", ["raise ImportError", "raise RuntimeError('no fonts')"])
async def test_without_a_picture_the_answer_is_the_table(desk: Desk, renderer, source: str):
    renderer(source)
    await promises(desk, ("Gold", 8, 2))
    assert "Gold" in await desk.command("U0ANA", "/sla report by policy")
    assert (len(desk.said_to("U0ANA")), pictures(desk, "U0ANA"), desk.calls("conversations.open")) == (1, [], [])
