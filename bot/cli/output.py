"""What commands print: for a person on a terminal, quiet in a pipe."""

import sys


def tell(text: str) -> None:
    """Print a line of the result."""
    print(text, flush=True)  # noqa: T201


def progress(text: str) -> None:
    """Say on a terminal how far long work is; nothing in a pipe or a log."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)  # noqa: T201


def progress_done() -> None:
    """Clear the line that :func:`progress` wrote."""
    progress("")
