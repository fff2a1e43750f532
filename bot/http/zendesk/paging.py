"""Pages: by number (``page``, ``per_page``) and by cursor (``page[size]``, ``page[after]``), as Zendesk has both."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from bot.http.zendesk.errors import ApiError
from bot.http.zendesk.links import Links

MOST = 100
_FURTHEST = 1_000_000_000
T = TypeVar("T")


class MetaResource(BaseModel):
    """Where a page by cursor stands."""

    has_more: bool
    after_cursor: str | None
    before_cursor: str | None


class PageLinksResource(BaseModel):
    """The pages beside one by cursor."""

    next: str | None
    prev: str | None


class PagedResource(BaseModel):
    """What every list carries: the one half for pages by number, the other for pages by cursor."""

    count: int | None = None
    next_page: str | None = None
    previous_page: str | None = None
    meta: MetaResource | None = None
    links: PageLinksResource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which rows of a list are wanted; a page by number has ``number`` of 1 and more."""

    by_cursor: bool
    offset: int
    size: int
    number: int = 1

    def cut(self, rows: Sequence[T]) -> Sequence[T]:
        """The wanted ones of all rows."""
        return rows[self.offset : self.offset + self.size]

    def of(self, name: str, rows: Sequence[Any], total: int, links: Links) -> dict[str, Any]:
        """The list as it is answered; ``rows`` are the wanted ones of ``total``."""
        end = self.offset + len(rows)
        more = bool(rows) and end < total
        if not self.by_cursor:
            previous = self.number > 1 and total > 0
            return {
                name: rows,
                "count": total,
                "next_page": links.here({"page": self.number + 1}) if more else None,
                "previous_page": links.here({"page": self.number - 1}) if previous else None,
            }
        before = self.offset > 0 and bool(rows)
        after, prior = cursor_of(end), cursor_of(self.offset)
        here = {"page[after]": None, "page[before]": None}
        return {
            name: rows,
            "meta": {
                "has_more": more,
                "after_cursor": after if rows else None,
                "before_cursor": prior if rows else None,
            },
            "links": {
                "next": links.here(here | {"page[after]": after}) if more else None,
                "prev": links.here(here | {"page[before]": prior}) if before else None,
            },
        }

    def list_of(self, name: str, rows: Sequence[T], links: Links, show: Callable[[T], Any]) -> dict[str, Any]:
        """A list that is at hand as a whole."""
        return self.of(name, [show(row) for row in self.cut(rows)], len(rows), links)


def cursor_of(position: object) -> str:
    """A position as clients carry it."""
    return base64.urlsafe_b64encode(f"o:{position}".encode()).decode().rstrip("=")


def position_of(cursor: str) -> str:
    """The position that a cursor of ours stands for.

    Raises:
        ApiError: It is none of ours.
    """
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        plain = ""
    if not plain.startswith("o:") or len(plain) > 200:
        raise ApiError(400, "InvalidCursor", "The cursor is not one that was given out here")
    return plain[2:]


def paging(
    page: Annotated[str | None, Query(description="The page, from 1.")] = None,
    per_page: Annotated[str | None, Query(description="Rows a page, at most 100.")] = None,
    size: Annotated[str | None, Query(alias="page[size]", description="Rows a page, by cursor.")] = None,
    after: Annotated[str | None, Query(alias="page[after]", description="A cursor.")] = None,
    before: Annotated[str | None, Query(alias="page[before]", description="A cursor.")] = None,
) -> Paging:
    """What a request says about pages; nonsense means the default, a cursor that is none of ours is refused."""
    if size is None and after is None and before is None:
        rows, number = _number(per_page, MOST, MOST), _number(page, 1, _FURTHEST)
        return Paging(by_cursor=False, offset=(number - 1) * rows, size=rows, number=number)
    rows = _number(size, MOST, MOST)
    if before is not None and after is None:
        end = _offset(before)
        return Paging(by_cursor=True, offset=max(0, end - rows), size=min(rows, end) or 1)
    return Paging(by_cursor=True, offset=_offset(after) if after is not None else 0, size=rows)


def _number(written: str | None, default: int, most: int) -> int:
    given = (written or "").strip()
    if not (given.isascii() and given.isdigit()) or len(given) > 30:
        return default
    return min(int(given), most) if int(given) > 0 else default


def _offset(cursor: str) -> int:
    position = position_of(cursor)
    if not (position.isascii() and position.isdigit()) or len(position) > 10:
        raise ApiError(400, "InvalidCursor", "The cursor is of another list")
    return int(position)


Pages = Annotated[Paging, Depends(paging)]
