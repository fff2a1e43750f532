"""What a report is asked for: which stretch of time, grouped by what, and which of the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.config import build
from bot.config.config import Config
from bot.errors import BotError
from sla.report import Dimension
from sla.spelling import nearest
from store.reports import Span

DAYS = 30
"""How many days are asked about where nobody names any."""
NOTHING = "none"
"""How the group of those without a value is written: `agent=none`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a report is asked for.

    Attributes:
        first_on: The first local day of activation; None from the beginning.
        last_on: The last one, which is included; None to the end.
        zone: Whose days, weeks and hours they are.
        where: Values that rows must have; None is a ticket without one.
    """

    zone: ZoneInfo
    first_on: date | None = None
    last_on: date | None = None
    by: tuple[Dimension, ...] = (Dimension.METRIC,)
    where: Mapping[Dimension, str | None] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        """The instants between the two days' midnights."""
        return Span(
            since=self._midnight(self.first_on),
            until=None if self.last_on is None else self._midnight(self.last_on + timedelta(days=1)),
        )

    def _midnight(self, day: date | None) -> datetime | None:
        return None if day is None else datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)

    def last_days(self, days: int, now: datetime) -> "Question":
        """The same question about today and the days before it."""
        today = now.astimezone(self.zone).date()
        return replace(self, first_on=today - timedelta(days=days - 1), last_on=today)


def zone_of(config: Config) -> ZoneInfo:
    """The time zone in which reports tell days and hours: the default schedule's, UTC without one."""
    return ZoneInfo(build.default_time_zone(dict(config.document)))


def read_question(
    zone: ZoneInfo, *, first: str = "", last: str = "", by: str = "", where: Sequence[str] = ()
) -> Question:
    """The question that a person's words ask; what is left empty is not restricted, and `by` is metric.

    Raises:
        BotError: (exit code 2) a word is none that reports know.
    """
    asked = Question(zone=zone, first_on=_day(first, "from"), last_on=_day(last, "to"))
    if asked.first_on and asked.last_on and asked.first_on > asked.last_on:
        raise BotError(f"The report would end before it begins: {first} is after {last}.", exit_code=2)
    names = [name.strip() for name in by.split(",") if name.strip()]
    if names:
        asked = replace(asked, by=tuple(dict.fromkeys(_dimension(name) for name in names)))
    return replace(asked, where=dict(_condition(written) for written in where))


def _day(written: str, side: str) -> date | None:
    if not written.strip():
        return None
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year <= 9990:
        raise BotError(f"{written!r} is no day to report {side}: write it as 2026-01-31.", exit_code=2)
    return day


def _dimension(written: str) -> Dimension:
    name = written.strip().lower()
    if name in set(Dimension):
        return Dimension(name)
    near = nearest(name, list(Dimension))
    hint = f"Did you mean {near}?" if near else f"It is one of {', '.join(Dimension)}."
    raise BotError(f"Nothing is grouped by {written.strip()!r}. {hint}", exit_code=2)


def _condition(written: str) -> tuple[Dimension, str | None]:
    name, is_given, value = written.partition("=")
    if not is_given:
        raise BotError(f"{written!r} chooses no rows: write it as agent=U0123, or agent=none.", exit_code=2)
    return _dimension(name), None if value == NOTHING else value
