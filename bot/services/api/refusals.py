"""Why the REST API does not do what it was asked, in Zendesk's words."""

from collections.abc import Mapping, Sequence
from typing import Any

Details = Mapping[str, Sequence[Mapping[str, str]]]


class RefusedError(Exception):
    """A request that is not carried out; nothing was changed."""


class RecordInvalidError(RefusedError):
    """Values that cannot be kept, each under the name of its field (Zendesk: RecordInvalid)."""

    def __init__(self, details: Details) -> None:
        super().__init__("Record validation errors")
        self.details = details


class RecordNotFoundError(RefusedError):
    """There is nothing by that number."""


class UnreadableError(RefusedError):
    """A request without the shape that it needs."""


class ForbiddenError(RefusedError):
    """The token may not do that."""


class Problems:
    """What is wrong with one record, gathered so that everything is said at once."""

    def __init__(self) -> None:
        self._details: dict[str, list[dict[str, str]]] = {}

    def add(self, field: str, what: str, *, error: str = "InvalidValue") -> None:
        """Note what is wrong with a field."""
        label = field.replace("_", " ").capitalize()
        self._details.setdefault(field, []).append({"description": f"{label}: {what}", "error": error})

    def blank(self, field: str) -> None:
        """Note that a field must not be empty."""
        self.add(field, "cannot be blank", error="BlankValue")

    def raise_any(self) -> None:
        """Refuse the record if anything is wrong.

        Raises:
            RecordInvalidError: Something is.
        """
        if self._details:
            raise RecordInvalidError(self._details)


def whole_number(value: Any) -> int | None:
    """A whole number as clients write it, 5 or "5"; None for anything else, and for what no database holds."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value < 2**63 else None
