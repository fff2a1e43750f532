"""The members of a zip file or folder, streamed and bounded; nothing is ever extracted to disk."""

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from bot.errors import BotError

# Far above any real export of a workspace, far below what would hurt: a year of a busy channel is 365 files.
MAX_MEMBERS = 200_000
MAX_MEMBER_BYTES = 64 * 1024 * 1024
MAX_TOTAL_BYTES = 4 * 1024 * 1024 * 1024
# Text compresses ten- to twentyfold; a member that promises more than this is a bomb.
MAX_RATIO = 200


# What the zip reader raises for a damaged or deliberately odd file.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    OverflowError,
    ValueError,
)


class Archive(Protocol):
    """Named JSON files, wherever they are kept.

    Attributes:
        bytes_read: How much has been read so far, for those who hold what they read.
    """

    bytes_read: int

    def names(self) -> list[str]:
        """Every member with a ``.json`` name, sorted."""

    def read(self, name: str) -> Any:
        """The parsed member.

        Raises:
            BotError: It is missing, too large, or not JSON.
        """


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an export, zipped or unpacked.

    Raises:
        BotError: There is nothing there, or it is no zip file, or it is larger than any export is.
    """
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        _refuse_too_many(path)
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise BotError(f"There is no export at {path}.", exit_code=2) from None
    except _BROKEN as error:
        raise BotError(f"{path} is not a zip file that can be read: {error}.", exit_code=1) from None
    with archive:
        yield _Zip(path, archive)


class _Zip:
    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        self.bytes_read = 0
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise BotError(f"{path} has {len(members)} files; an export has at most {MAX_MEMBERS}.")
        if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
            raise BotError(f"{path} unpacks to more than {MAX_TOTAL_BYTES // 1024**3} GiB.")

    def names(self) -> list[str]:
        return sorted(name for name in self._archive.namelist() if _is_plain(name))

    def read(self, name: str) -> Any:
        try:
            member = self._archive.getinfo(name)
        except KeyError:
            raise BotError(f"{self._path} has no {name}.") from None
        if member.file_size > MAX_MEMBER_BYTES or member.file_size > MAX_RATIO * max(member.compress_size, 1024):
            raise BotError(f"{name} in {self._path} is larger than any file of an export: it was not read.")
        try:
            with self._archive.open(member) as stream:
                raw = _read(stream, f"{name} in {self._path}")
        except _BROKEN as error:
            raise BotError(f"{name} in {self._path} cannot be unpacked: {error}.") from None
        self.bytes_read += len(raw)
        return _parse(raw, f"{name} in {self._path}")


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.bytes_read = 0

    def names(self) -> list[str]:
        found = (file.relative_to(self._path).as_posix() for file in self._path.rglob("*.json") if file.is_file())
        names = list(islice((name for name in found if _is_plain(name)), MAX_MEMBERS + 1))
        if len(names) > MAX_MEMBERS:
            raise BotError(f"{self._path} has more files than an export, which has at most {MAX_MEMBERS}.")
        return sorted(names)

    def read(self, name: str) -> Any:
        file = self._path / name
        try:
            # A link may lead out of the folder that the person named.
            if file.is_symlink() or not file.resolve().is_relative_to(self._path.resolve()):
                raise BotError(f"{name} in {self._path} leads out of the export: it was not read.")
            with file.open("rb") as stream:
                raw = _read(stream, f"{name} in {self._path}")
        except OSError as error:
            raise BotError(f"{name} in {self._path} cannot be read: {error.strerror}.") from None
        self.bytes_read += len(raw)
        return _parse(raw, f"{name} in {self._path}")


# The end of a zip file: its signature, four numbers of disks and files, the size of the list of files, and two more.
_END, _END_LAYOUT = b"PK\x05\x06", struct.Struct("<4s4H2LH")
_END64, _END64_LAYOUT = b"PK\x06\x06", struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT = 65_535
# What the list says of one file takes about that, with a short name.
_LISTED_BYTES = 80


def _refuse_too_many(path: Path) -> None:
    """Refuse a list of files that is too long to be read at all: every file in it would be held in memory.

    Raises:
        BotError: It lists more files than any export has.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, SEEK_END)
        stream.seek(max(0, size - _LONGEST_COMMENT - _END_LAYOUT.size - 100))
        tail = stream.read()
    at, at64 = tail.rfind(_END), tail.rfind(_END64)
    listed = 0
    if 0 <= at <= len(tail) - _END_LAYOUT.size:
        end = _END_LAYOUT.unpack_from(tail, at)
        listed = max(end[4], end[5] // _LISTED_BYTES if end[5] != 0xFFFF_FFFF else 0)
    if 0 <= at64 <= len(tail) - _END64_LAYOUT.size:
        end64 = _END64_LAYOUT.unpack_from(tail, at64)
        listed = max(listed, end64[7], end64[8] // _LISTED_BYTES)
    if listed > MAX_MEMBERS:
        raise BotError(f"{path} has {listed} files or more; an export has at most {MAX_MEMBERS}.")


def _is_plain(name: str) -> bool:
    """A JSON member at most one folder deep; nothing absolute and nothing that climbs, in Windows' spelling either."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return name.endswith(".json") and 1 <= len(parts) <= 2 and ".." not in parts and parts[0] != "/"


def _read(stream: IO[bytes], where: str) -> bytes:
    raw = stream.read(MAX_MEMBER_BYTES + 1)
    if len(raw) > MAX_MEMBER_BYTES:
        raise BotError(f"{where} is larger than any file of an export: it was not read.")
    return raw


def _parse(raw: bytes, where: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise BotError(f"{where} is not JSON.") from None
