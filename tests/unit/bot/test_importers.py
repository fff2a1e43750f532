"""Exports are other people's files: what is hostile in them is refused or left out, and nothing is unpacked."""

import json
import os
import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BotError
from bot.importers import archive
from bot.importers.archive import open_archive
from bot.importers.slack_export import choose_agents, read_slack_export

CHANNELS = [{"id": "C0HELP", "name": "help"}, {"id": "C0MORE", "name": "more"}]
USERS = [{"id": "U0CARL", "name": "carl", "profile": {"display_name": "Carl"}}, {"id": "U0ADA", "real_name": "Ada"}]


def said(ts, user="U0CARL", text="It is broken", **more):
    return {"type": "message", "ts": f"17047008{ts}", "user": user, "text": text} | more


DAY = [said("00.000100"), said("60.000100", user="U0ADA", text="Since when?", thread_ts="1704700800.000100")]
FILES = {"channels.json": CHANNELS, "users.json": USERS, "help/2024-01-08.json": DAY}


def zipped(path, files, **how):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content), **how)
    return path


def folder(path, files):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def export(tmp_path):
    """Writes an export of the usual files and more; nothing else may ever appear beside it."""
    place = tmp_path / "here"
    place.mkdir()

    def write(files=None, **more):
        return zipped(place / "export.zip", (FILES if files is None else files) | more)

    yield write
    assert {path.name for path in tmp_path.iterdir()} == {"here"}
    assert {path.name for path in place.iterdir()} <= {"export.zip", "export"}


def refusal(path):
    with pytest.raises(BotError) as caught:
        read_slack_export(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("packed", [True, False])
def test_an_export_is_read_packed_or_unpacked(tmp_path, packed):
    path = zipped(tmp_path / "export.zip", FILES) if packed else folder(tmp_path, FILES)
    export = read_slack_export(path)
    assert [(message.channel, message.user, message.is_top_level) for message in export.messages] == [
        ("C0HELP", "U0CARL", True),
        ("C0HELP", "U0ADA", False),
    ]
    assert export.users == {"U0CARL": "Carl", "U0ADA": "Ada"}
    assert export.problems == ()


def test_messages_come_in_the_order_in_which_they_were_written_and_once(export):
    days = {"help/2024-01-07.json": [said("90.0")], "more/a.json": [said("30.0")], "more/b.json": [said("30.0")]}
    messages = read_slack_export(export(**days)).messages
    assert [(message.channel, message.ts[8:]) for message in messages] == [
        ("C0HELP", "00.000100"),
        ("C0MORE", "30.0"),
        ("C0HELP", "60.000100"),
        ("C0HELP", "90.0"),
    ]


def test_what_is_not_there_is_wrong_usage(tmp_path):
    with pytest.raises(BotError) as caught:
        read_slack_export(tmp_path / "nothing.zip")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"PK\x05\x06" + b"\x00" * 18])
def test_a_file_that_is_no_export_is_refused(tmp_path, content):
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    assert str(path) in refusal(path)


def test_a_folder_that_is_no_export_is_refused(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path} is not a Slack export: it has no channels.json."


def test_a_bomb_is_not_read(export):
    path = export(**{"help/2024-01-09.json": b"[" + b" " * 50_000_000 + b"]"})
    read = read_slack_export(path)
    assert len(read.messages) == 2
    assert read.problems == (f"help/2024-01-09.json in {path} is larger than any file of an export: it was not read.",)


def test_a_bomb_in_place_of_the_channels_is_refused(export):
    assert "it was not read" in refusal(export(**{"channels.json": b"[" + b" " * 50_000_000 + b"]"}))


def test_more_files_or_bytes_than_any_export_has_are_refused(export, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    assert "has 3 files or more; an export has at most 2" in refusal(export())
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 100)
    assert "unpacks to more than" in refusal(export())


def test_a_folder_of_more_files_than_any_export_has_is_refused(tmp_path, monkeypatch):
    place = folder(tmp_path / "export", FILES)
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    assert refusal(place) == f"{place} has more files than an export, which has at most 2."


@pytest.mark.parametrize(
    "name",
    ["../evil.json", "help/../../evil.json", "/tmp/evil.json", "a/b/c.json", "help/..", "C:/evil.json", "help\\x.json"],
)
def test_a_name_that_leads_elsewhere_is_never_read_nor_written(export, name):
    read = read_slack_export(export(**{name: [said("99.0", text="evil")]}))
    assert [message.raw["text"] for message in read.messages] == ["It is broken", "Since when?"]


@pytest.mark.parametrize("broken", ["", "[{", "[" * 100_000, b"\xff\xfe\x00", '{"a": 1}', "5", "null", "[1e999]"])
def test_a_broken_day_is_left_out_and_told(export, broken):
    read = read_slack_export(export(**{"help/2024-01-09.json": broken}))
    assert len(read.messages) == 2
    assert len(read.problems) == 1
    assert "help/2024-01-09.json" in read.problems[0]


@pytest.mark.parametrize(
    "entry",
    [None, 5, "text", [], {}, {"type": "file"}, {"type": "message"}, said("x"), said("00.0", user=None), said("0.0.0")],
)
def test_an_entry_that_is_no_message_is_left_out_and_told(export, entry):
    read = read_slack_export(export(**{"help/2024-01-09.json": [entry, said("95.0")]}))
    assert len(read.messages) == 3
    assert read.problems == ("help/2024-01-09.json has an entry that is no message.",)


@pytest.mark.parametrize("listed", [{}, None, "5", 5])
def test_channels_that_are_no_list_are_refused(export, listed):
    assert refusal(export(**{"channels.json": listed})).endswith("is not a list of channels.")


@pytest.mark.parametrize("listed", [[], [None], [{"id": 5, "name": []}], [{"id": "C0HELP"}]])
def test_without_a_channel_there_are_no_messages(export, listed):
    assert "has no messages that can be read" in refusal(export(**{"channels.json": listed}))


@pytest.mark.parametrize("listed", [{}, None, [None, 5, {"id": 5}, {"id": "U0CARL", "profile": "x", "name": 7}]])
def test_people_that_make_no_sense_have_no_names(export, listed):
    assert set(read_slack_export(export(**{"users.json": listed})).users.values()) <= {"U0CARL"}


def test_a_link_out_of_a_folder_is_not_followed(tmp_path):
    place = folder(tmp_path / "export", FILES)
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps([said("99.0", text="secret")]))
    (place / "help" / "2024-01-09.json").symlink_to(secret)
    (place / "more").symlink_to(tmp_path)
    read = read_slack_export(place)
    assert "secret" not in [message.raw["text"] for message in read.messages]
    assert read.problems == (f"help/2024-01-09.json in {place} leads out of the export: it was not read.",)


def test_a_link_in_place_of_the_channels_is_refused(tmp_path):
    place = folder(tmp_path / "export", FILES)
    (place / "channels.json").rename(tmp_path / "channels.json")
    (place / "channels.json").symlink_to(tmp_path / "channels.json")
    assert "leads out of the export" in refusal(place)


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path):
    place = folder(tmp_path, FILES)
    os.mkfifo(place / "help" / "2024-01-09.json")
    assert len(read_slack_export(place).messages) == 2


def test_a_locked_member_is_left_out_and_told(tmp_path):
    path = zipped(tmp_path / "export.zip", FILES)
    data = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(header, at + 1)) >= 0:
            data[at + flags] |= 1
    path.write_bytes(data)
    assert "cannot be unpacked" in refusal(path)


def whole_export():
    buffer = BytesIO()
    zipped(buffer, FILES)
    return buffer.getvalue()


@given(st.integers(), st.integers(min_value=1, max_value=40))
def test_whatever_is_damaged_it_is_one_sentence_or_a_shorter_export(tmp_path_factory, seed, wounds):
    """Bytes are changed, cut out and put in at random places of a good file."""
    chance, data = random.Random(seed), bytearray(whole_export())
    for _ in range(wounds):
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                del data[at : at + chance.randrange(1, 30)]
            case 1:
                data[at:at] = chance.randbytes(chance.randrange(1, 30))
            case _:
                data[at] = chance.randrange(256)
        if not data:
            return
    path = Path(tmp_path_factory.mktemp("damaged")) / "export.zip"
    path.write_bytes(data)
    try:
        read_slack_export(path)
    except BotError as error:
        assert str(path) in str(error)  # noqa: PT017 - either way is right


def test_members_are_read_one_at_a_time(tmp_path):
    with open_archive(zipped(tmp_path / "export.zip", FILES)) as opened:
        assert opened.names() == ["channels.json", "help/2024-01-08.json", "users.json"]
        assert opened.read("users.json") == USERS
        with pytest.raises(BotError, match=r"has no nothing\.json"):
            opened.read("nothing.json")


def test_agents_are_those_who_answer_most_often(export):
    thread = {"thread_ts": "1704700800.000100"}
    day = [*DAY, said("70.0", user="U0BEN", **thread), said("80.0", user="U0BEN", **thread), said("85.0", **thread)]
    read = read_slack_export(export(**{"help/2024-01-08.json": day}))
    assert choose_agents("top:5", read) == ("U0BEN", "U0ADA")
    assert choose_agents("top:1", read) == ("U0BEN",)
    assert choose_agents(" U0ADA , U0CARL", read) == ("U0ADA", "U0CARL")


@pytest.mark.parametrize(
    "choice", ["", ",", "top:", "top:0", "top:-1", "top:x", "top:²", "top:99999999999", "U0NOBODY"]
)
def test_a_choice_of_agents_that_means_nobody_is_wrong_usage(export, choice):
    read = read_slack_export(export())
    with pytest.raises(BotError) as caught:
        choose_agents(choice, read)
    assert caught.value.exit_code == 2
