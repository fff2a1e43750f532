"""P1, P2, P3: business time beside workclock and businesstimedelta, one by one and in bulk, and its correctness.

The schedule is Monday to Friday, 9 to 17 in New York, with the ten US federal holidays of each year. P2 compares with
workclock's calls on numpy arrays and needs numpy, which nothing else does. P3 draws random schedules in all zones and
holds them against a walk along the wall clock, minute by minute; THREADLINE_ORACLE_EXAMPLES says how many.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec
from random import Random
from sys import stderr
from time import perf_counter
from typing import Any

import businesstimedelta
import holidays
import pytz
import workclock

from bench.result import Result
from sla.business_time import BusinessTime
from sla.open_time import EPOCH
from sla.schedule import Holiday, Interval, Schedule
from tests.support.minute_oracle import MinuteOracle
from tests.support.random_schedules import random_case

ZONE = "America/New_York"
YEARS = range(2024, 2028)
DAYS_OFF: list[date] = sorted(holidays.country_holidays("US", years=list(YEARS)))
STRETCHES = {"1 hour": timedelta(hours=1), "1 week": timedelta(weeks=1), "1 year": timedelta(days=365)}
WORKED = {"1 hour": timedelta(hours=1), "1 week": timedelta(hours=40), "1 year": timedelta(hours=2000)}
MICROSECOND = timedelta(microseconds=1)

Call = Callable[[datetime, Any], object]


def ours() -> BusinessTime:
    week = tuple(Interval(start_time=day * 1_440 + 540, end_time=day * 1_440 + 1_020) for day in range(1, 6))
    off = tuple(Holiday(name="Off", start_date=day, end_date=day) for day in DAYS_OFF)
    return BusinessTime(Schedule(name="office", time_zone=ZONE, intervals=week, holidays=off))


def peer() -> workclock.Schedule:
    return workclock.Schedule([workclock.WorkDay(time(9), time(17)), workclock.Holidays(DAYS_OFF)], time_zone=ZONE)


def pure_python_peer() -> businesstimedelta.Rules:
    zone = pytz.timezone(ZONE)  # the only kind it knows
    days = businesstimedelta.WorkDayRule(start_time=time(9), end_time=time(17), working_days=[0, 1, 2, 3, 4], tz=zone)
    off = businesstimedelta.HolidayRule(dict.fromkeys(DAYS_OFF, "Off"), tz=zone)
    return businesstimedelta.Rules([days, off])


def starts(count: int, seed: int = 7) -> list[datetime]:
    random = Random(seed)
    year = int(timedelta(days=360) / MICROSECOND)
    return [datetime(2025, 1, 2, tzinfo=UTC) + random.randrange(year) * MICROSECOND for _ in range(count)]


def microseconds(call: Call, rows: Sequence[tuple[datetime, Any]], repeat: int = 5) -> float:
    """Return what the fastest of some passes took for each call."""
    passes = []
    for _ in range(repeat):
        begin = perf_counter()
        for one, other in rows:
            call(one, other)
        passes.append(perf_counter() - begin)
    return min(passes) / len(rows) * 1e6


def one_by_one() -> list[Result]:
    mine, rust, python = ours(), peer(), pure_python_peer()
    kinds: dict[str, tuple[Call, Call, Call]] = {
        "between": (mine.elapsed, rust.between, python.difference),
        "add": (
            mine.after,
            rust.add,
            lambda start, worked: start + businesstimedelta.BusinessTimeDelta(python, timedelta=worked),
        ),
    }
    results = []
    for kind, (here, there, slow) in kinds.items():
        took = {}
        for name, stretch in STRETCHES.items():
            rows = [(at, at + stretch if kind == "between" else WORKED[name]) for at in starts(400)]
            took[name] = microseconds(here, rows)
            other = microseconds(there, rows)
            slowest = microseconds(slow, rows[:4], repeat=2)
            results.append(
                Result(
                    goal="P1",
                    what=f"{kind} over {name} against workclock",
                    ratio=other / took[name],
                    limit=30 if name == "1 year" else 3,
                    at_least=True,
                    detail=f"{took[name]:.2f} us against workclock {other:.1f}, businesstimedelta {slowest:,.0f} us",
                )
            )
        flat = took["1 year"] / took["1 hour"]
        results.append(Result(goal="P1", what=f"{kind} over 1 year against 1 hour", ratio=flat, limit=1.2))
    return results


def bulk() -> list[Result]:
    """Measure the compiled spans as numpy columns: business time up to each of many instants is one search."""
    if find_spec("numpy") is None:
        print("P2 is left out: it needs numpy (pip install numpy).", file=stderr)
        return []
    import numpy as np  # type: ignore[import-not-found,unused-ignore]

    opens, limits, shifts = columns(np)

    def counted(instants: Any) -> Any:
        span = np.searchsorted(opens, instants, side="right") - 1
        return np.minimum(instants + shifts[span], limits[span])

    def elapsed(first: Any, last: Any) -> Any:
        return counted(last) - counted(first)

    rust = peer()
    first = np.array([(at - EPOCH) // MICROSECOND for at in starts(50_000)])
    results = []
    for name, limit in (("1 week", 8), ("1 year", 400)):
        last = first + STRETCHES[name] // MICROSECOND
        stamps = first.astype("datetime64[us]"), last.astype("datetime64[us]")
        here, there = best_of(lambda: elapsed(first, last), 7), best_of(lambda: rust.between_many(*stamps), 2)  # noqa: B023
        wrong = int((elapsed(first, last) != rust.between_many(*stamps).astype("int64")).sum())
        results.append(
            Result(
                goal="P2",
                what=f"50,000 at once over {name} against workclock's numpy calls",
                ratio=there / here,
                limit=limit,
                at_least=True,
                detail=f"{50_000 / here / 1e6:.1f} M rows/s, {wrong} different answers",
            )
        )
    return results


def columns(np: Any) -> tuple[Any, Any, Any]:
    """Return where each span opens, the sum at its end, and what to add to an instant in it to get the sum there."""
    mine = ours()
    spans = mine.spans(datetime(YEARS.start, 1, 1, tzinfo=UTC), datetime(YEARS.stop, 1, 1, tzinfo=UTC))
    edges = np.array([[(edge - EPOCH) // MICROSECOND for edge in span] for span in spans])
    opens, sums = edges[:, 0], np.cumsum(edges[:, 1] - edges[:, 0])
    return opens, sums, sums - edges[:, 1]


def best_of(run: Callable[[], object], repeat: int) -> float:
    passes = []
    for _ in range(repeat):
        begin = perf_counter()
        run()
        passes.append(perf_counter() - begin)
    return min(passes)


def correctness() -> list[Result]:
    cases = int(os.environ.get("THREADLINE_ORACLE_EXAMPLES", "1000"))
    wrong = 0
    for seed in range(cases):
        schedule, start, end = random_case(Random(seed))
        wrong += BusinessTime(schedule).spans(start, end) != MinuteOracle(schedule, start, end).spans()
    what = "random schedules in all zones that differ from a walk minute by minute"
    return [Result(goal="P3", what=what, ratio=wrong, limit=0, detail=f"of {cases:,}")]


def run() -> list[Result]:
    return [*one_by_one(), *bulk(), *correctness()]
