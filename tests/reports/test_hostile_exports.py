"""Exports are other people's files: whatever is hostile in one is refused or left out, and is never a surprise."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.exports import CONFIG, FILES, said, write_export
from tests.support.processes import Ended, threadline
from tests.support.zendesk_exports import ACME, TICKETS, comment, ticket
from tests.support.zendesk_exports import CONFIG as ZENDESK_CONFIG
from tests.support.zendesk_exports import FILES as ZENDESK_FILES

EVIL = "=cmd|' /C calc'!A0 <script>alert(1)</script>"
BOMB = b"[" + b" " * 50_000_000 + b"]"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One of the exports that can be imported, and what is said of a good one."""

    command: str
    files: Mapping[str, Any]
    config: str
    folder: str
    evil: object
    good: str

    def names(self, *names: str) -> dict[str, object]:
        """Members that would be read, were they not hostile, under such names."""
        return {name.format(folder=self.folder): self.evil for name in names}


KINDS = [
    Kind(
        command="slack-export",
        files=FILES,
        config=CONFIG,
        folder="acme",
        evil=[said(50, "U0RITA", "evil")],
        good="7 messages read, 2 tickets opened.",
    ),
    Kind(
        command="zendesk",
        files=ZENDESK_FILES,
        config=ZENDESK_CONFIG,
        folder="tickets",
        evil={"tickets": [ticket(666, subject="evil")]},
        good="4 tickets opened, 0 known from before, 12 events added.",
    ),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.command)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each of the exports."""
    found: Kind = request.param
    return found


@pytest.fixture
def place(tmp_path: Path, kind: Kind) -> Path:
    """A folder with a configuration; nothing but what a command is asked for may ever appear around it."""
    found = tmp_path / "here"
    found.mkdir()
    (found / "threadline.yml").write_text(kind.config, encoding="utf-8")
    return found


async def take(place: Path, kind: Kind, name: str = "export.zip") -> Ended:
    return await threadline("import", kind.command, name, folder=place)


def is_whole(ended: Ended, kind: Kind) -> bool:
    """Whether everything that is good in the export was taken."""
    return ended.code == 0 and kind.good in ended.out.splitlines()


def named_evil(folder: Path) -> list[Path]:
    """What there is of hostile members on the disk."""
    return [*folder.glob("*evil*"), *folder.glob("here/**/*evil*")]


async def test_a_bomb_is_left_out_and_told(place: Path, kind: Kind):
    bomb = {f"{kind.folder}/2026-01-06.json": BOMB}
    write_export(place / "export.zip", {**kind.files, **bomb})
    ended = await take(place, kind)
    assert is_whole(ended, kind)
    told = f"{kind.folder}/2026-01-06.json in export.zip is larger than any file of an export: it was not read."
    assert ended.complaints == [f"threadline: Left out: {told}"]


async def test_a_bomb_that_calls_itself_small_is_read_no_further_than_it_says(place: Path, kind: Kind):
    name = f"{kind.folder}/2026-01-06.json"
    path = write_export(place / "export.zip", {**kind.files, name: BOMB})
    data = bytearray(path.read_bytes())
    size = struct.pack("<L", len(BOMB))
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, struct.pack("<L", 40)))
    ended = await take(place, kind)
    assert is_whole(ended, kind)
    assert len(ended.complaints) == 1
    assert f"{name} in export.zip" in ended.err


async def test_names_that_lead_elsewhere_are_neither_read_nor_written(place: Path, kind: Kind):
    names = ("../evil.json", "../../{folder}/evil.json", "/tmp/evil.json", "{folder}/../../evil.json", "{folder}/..")
    write_export(place / "export.zip", {**kind.files, **kind.names(*names, "..\\evil.json", "{folder}/a/b.json")})
    ended = await take(place, kind)
    assert is_whole(ended, kind)
    assert named_evil(place.parent) == named_evil(Path("/tmp")) == []


async def test_links_out_of_a_folder_are_not_followed(place: Path, kind: Kind):
    write_export(place / "export", dict(kind.files))
    outside = place.parent / "outside.json"
    outside.write_text(json.dumps(kind.evil), encoding="utf-8")
    (place / "export" / kind.folder / "2026-01-06.json").symlink_to(outside)
    (place / "export" / "elsewhere").symlink_to(place.parent)
    ended = await take(place, kind, "export")
    assert is_whole(ended, kind)
    assert ended.complaints == [
        f"threadline: Left out: {kind.folder}/2026-01-06.json in export leads out of the export: it was not read."
    ]


@pytest.mark.parametrize("broken", [b"", b"{", b"[" * 100_000, b"\xff\xfe\x00", b"[1e999]", b"[" + b"9" * 5000 + b"]"])
async def test_broken_json_is_left_out_and_told(place: Path, kind: Kind, broken: bytes):
    write_export(place / "export.zip", {**kind.files, f"{kind.folder}/2026-01-06.json": broken})
    ended = await take(place, kind)
    assert is_whole(ended, kind)
    assert len(ended.complaints) == 1
    assert ended.err.startswith(f"threadline: Left out: {kind.folder}/2026-01-06.json")


async def test_a_list_of_a_million_files_is_refused_before_it_is_read(place: Path, kind: Kind):
    path = write_export(place / "export.zip", dict(kind.files))
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 16] = (90_000_000).to_bytes(4, "little")
    path.write_bytes(data)
    ended = await take(place, kind)
    assert (ended.code, len(ended.complaints)) == (1, 1)
    assert "an export has at most 200000" in ended.err


async def test_many_tiny_files_are_told_of_in_a_few_lines(place: Path, kind: Kind):
    tiny = {f"{kind.folder}/tiny-{number}.json": b"5" for number in range(5000)}
    write_export(place / "export.zip", {**kind.files, **tiny})
    ended = await take(place, kind)
    assert is_whole(ended, kind)
    assert len(ended.complaints) == 21
    assert ended.complaints[-1] == "threadline: Left out: 4980 more."


async def test_words_that_no_database_holds_do_no_harm(place: Path, kind: Kind):
    odd = "\x00 \ud800 \u202e txet"
    more = {
        "slack-export": {"acme/2026-01-06.json": [said(1500, "U0RITA", odd)]},
        "zendesk": {
            "tickets/2.json": {"tickets": [ticket(159, subject=odd, tags=[odd], type=odd, organization_id=303)]},
            "more.json": {
                "comments": [comment(159, 1, 501, "09:00", odd)],
                "organizations": [{"id": 303, "name": f"Odd {odd}", "organization_fields": {"tier": odd}}],
            },
        },
    }
    write_export(place / "export.zip", {**kind.files, **more[kind.command]})
    ended = await take(place, kind)
    assert (ended.code, ended.err) == (0, "")
    for words in (("report", "--by", "tier"), ("simulate", "--history", "export.zip", "--config", "threadline.yml")):
        ended = await threadline(*words, folder=place)
        assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True, ids=["zendesk"])
async def test_formulas_and_script_in_an_accounts_names_stay_text(place: Path, kind: Kind):
    files = dict(kind.files) | {
        "organizations.json": {"organizations": [{"id": ACME, "name": EVIL, "organization_fields": {"tier": EVIL}}]},
        "people.json": {"users": [], "groups": [{"id": 401, "name": EVIL}]},
        "tickets/1.json": {"tickets": [{**one, "group_id": 401, "tags": [EVIL], "type": EVIL} for one in TICKETS]},
    }
    config = kind.config.replace("    filter: {all: [{field: requester_tags, operator: includes, value: [vip]}]}\n", "")
    (place / "threadline.yml").write_text(config, encoding="utf-8")
    write_export(place / "export.zip", files)
    assert (await take(place, kind)).code == 0
    report = await threadline("report", "--by", "customer,tier,group", "--format", "csv", folder=place)
    rows = report.out.splitlines()
    assert any(f"'{EVIL}" in row for row in rows)
    assert not any(cell.lstrip('"').startswith(("=", "+", "-", "@")) for row in rows for cell in row.split(","))
    words = ("simulate", "--history", "export.zip", "--config", "threadline.yml", "--format")
    table, page = [await threadline(*words, format, folder=place) for format in ("table", "html")]  # noqa: A001
    assert EVIL in table.out
    assert (page.code, "<script" in page.out) == (0, False)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.out
