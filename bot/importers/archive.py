"""The members of a zip file or folder, streamed and bounded; nothing is ever extracted to disk."""

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Named JSON files, wherever they are kept."""

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
            raise BotError(f"{name} in {self._path} is larger than a day of any channel: it was not read.")
        try:
            with self._archive.open(member) as stream:
                return _parse(stream, f"{name} in {self._path}")
        except _BROKEN as error:
            raise BotError(f"{name} in {self._path} cannot be unpacked: {error}.") from None


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        found = (file.relative_to(self._path).as_posix() for file in self._path.rglob("*.json") if file.is_file())
        return sorted(name for name in found if _is_plain(name))

    def read(self, name: str) -> Any:
        file = self._path / name
        try:
            # A link may lead out of the folder that the person named.
            if file.is_symlink() or not file.resolve().is_relative_to(self._path.resolve()):
                raise BotError(f"{name} in {self._path} leads out of the export: it was not read.")
            with file.open("rb") as stream:
                return _parse(stream, f"{name} in {self._path}")
        except OSError as error:
            raise BotError(f"{name} in {self._path} cannot be read: {error.strerror}.") from None


def _is_plain(name: str) -> bool:
    """A JSON member at most one folder deep; nothing absolute and nothing that climbs."""
    parts = PurePosixPath(name).parts
    return name.endswith(".json") and 1 <= len(parts) <= 2 and ".." not in parts and not name.startswith("/")


def _parse(stream: IO[bytes], where: str) -> Any:
    raw = stream.read(MAX_MEMBER_BYTES + 1)
    if len(raw) > MAX_MEMBER_BYTES:
        raise BotError(f"{where} is larger than a day of any channel: it was not read.")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise BotError(f"{where} is not JSON.") from None
