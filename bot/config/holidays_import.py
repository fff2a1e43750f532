"""Public holidays of a country, copied once into dated entries and never looked up later."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

from bot.config.problems import did_you_mean

YEARS = 6
"""The year of the import and the five after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHoliday:
    """One date; `names` are the English name and the one used in the country."""

    on: date
    names: tuple[str, ...]


def country_problem(country: str) -> str | None:
    """What is wrong with a country code, if anything."""
    known = holidays.list_supported_countries(include_aliases=False)
    if country in known:
        return None
    return f"{country} is not a country whose holidays are known{did_you_mean(country, known)}"


def subdivision_problem(country: str, subdivision: str) -> str | None:
    """What is wrong with the code of a state or region of a known country, if anything."""
    known = holidays.list_supported_countries(include_aliases=True)[country]
    if subdivision in known:
        return None
    listed = ", ".join(known) or "none"
    return f"{subdivision} is not a subdivision of {country}; known are {listed}"


def public_holidays(country: str, subdivision: str | None, *, today: date) -> list[PublicHoliday]:
    """The holidays of this year and the next five, in the order of their dates."""
    return list(_of_years(country, subdivision, today.year))


@lru_cache(maxsize=64)
def _of_years(country: str, subdivision: str | None, first_year: int) -> tuple[PublicHoliday, ...]:
    years = range(first_year, first_year + YEARS)
    english = holidays.country_holidays(country, subdiv=subdivision, years=years, language="en_US")
    own_language = english.default_language or "en_US"
    own = holidays.country_holidays(country, subdiv=subdivision, years=years, language=own_language)
    return tuple(
        PublicHoliday(on=on, names=tuple(dict.fromkeys((english[on], own.get(on, english[on])))))
        for on in sorted(english)
        if on.year in years
    )


def without(found: list[PublicHoliday], excepted: Collection[str]) -> list[PublicHoliday]:
    """The holidays none of whose names is excepted."""
    return [each for each in found if not set(each.names) & set(excepted)]
