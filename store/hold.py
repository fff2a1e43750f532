"""One `run` for each SQLite file."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import URL

from store.errors import AlreadyRunningError, UnavailableError


class Hold:
    """A lock beside the file that says: `run` is at work here. The system lets go of it when the process dies."""

    def __init__(self, url: URL) -> None:
        path = Path(os.path.realpath(url.database or ""))
        self._path = path.with_name(path.name + ".lock")
        self._file: int | None = None

    def take(self) -> None:
        """Take the lock for as long as this process lives, or until `release`.

        Raises:
            AlreadyRunningError: Somebody has it.
            UnavailableError: The folder does not exist, or may not be written.
        """
        if self._file is not None:
            return
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UnavailableError(
                f"The database {self._path.with_suffix('')} cannot be opened ({error.strerror}): check that its folder "
                "exists and may be written."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 20, 0).decode("ascii", "replace") or "unknown"
            os.close(file)
            raise AlreadyRunningError(
                f"Another `threadline run` (process {holder}) works on {self._path.with_suffix('')}: "
                "stop it first, or use PostgreSQL for several."
            ) from None
        os.truncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let go; the file stays, because removing it would race with the next who locks it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
