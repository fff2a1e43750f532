"""Run the benchmarks and print their ratios: ``python -m bench``, or only some goals: ``python -m bench P1 P3``.

Every module beside this one with a function `run() -> list[Result]` is a benchmark; the first words of its docstring
name the goals it measures. Nothing is asserted: this machine is busy with other things as well.
"""

import ast
import re
import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.result import Result

_GOALS = re.compile(r"P\d+(?:, P\d+)*(?=:)")


def modules() -> dict[str, set[str]]:
    """Return the goals of each benchmark module, read without importing it."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        goals = _GOALS.match(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
        if goals:
            found[f"bench.{path.stem}"] = set(goals[0].split(", "))
    return found


def number(goal: str) -> int:
    return int(goal.removeprefix("P"))


def table_of(results: list[Result]) -> Table:
    table = Table("goal", "what", "ours", "peer or floor", "ratio", "wanted", "")
    for result in sorted(results, key=lambda result: number(result.goal)):
        wanted = f"{'>=' if result.at_least else '<='} {result.limit:g}"
        met = "[green]met[/]" if result.met else "[red]missed[/]"
        table.add_row(result.goal, result.what, result.ours, result.peer, f"{result.ratio:,.2f}", wanted, met)
    return table


def main(wanted: set[str]) -> int:
    known = modules()
    measured = set().union(*known.values())
    if unknown := wanted - measured:
        goals = ", ".join(sorted(measured, key=number))
        print(f"There is no benchmark for {', '.join(sorted(unknown))}; the goals are {goals}.", file=sys.stderr)
        return 2
    results: list[Result] = []
    for module, covered in known.items():
        if not wanted or covered & wanted:
            print(f"{module} measures {', '.join(sorted(covered, key=number))} ...", file=sys.stderr)
            results += import_module(module).run()
    shown = [result for result in results if not wanted or result.goal in wanted]
    # Piped output is not folded to a terminal's width, so that a line stays a line.
    Console(width=None if sys.stdout.isatty() else 240).print(table_of(shown))
    return 0


if __name__ == "__main__":
    sys.exit(main({goal.upper() for goal in sys.argv[1:]}))
