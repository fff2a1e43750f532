"""Instants as text: aware, in UTC, with a fraction of a second only when there is one."""

from datetime import UTC, datetime

from sla.errors import SlaError
from sla.json_shapes import text

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def instant(value: object) -> datetime:
    """Read an instant: ISO 8601 with a zone, from 1970 to 2099; the result is in UTC, to the microsecond.

    Nothing in a support ticket lies outside those years, and arithmetic on such an instant would overflow.
    """
    written = text(value)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise SlaError(f": {written!r} is not an instant; it looks like 2026-01-05T09:00:00Z.") from None
    if found.tzinfo is None:
        raise SlaError(f": {written!r} has no time zone; an instant looks like 2026-01-05T09:00:00Z.")
    if not EARLIEST <= found < LATEST:
        raise SlaError(f": {written!r} is outside the years 1970 to 2099.")
    return found.astimezone(UTC)


def format_instant(at: datetime) -> str:
    """Return an aware instant in UTC with a Z: `2026-01-05T09:00:00Z`, `2026-01-05T09:00:00.25Z`."""
    written = at.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (written.rstrip("0") if at.microsecond else written) + "Z"
