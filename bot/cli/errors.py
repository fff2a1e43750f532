"""Errors on their way to a person: one sentence on stderr that says what to do, and the right exit code."""

import sys
from collections.abc import Callable

from typer.exceptions import Abort, Exit, TyperException

from bot.errors import BotError
from sla.errors import SlaError
from store.errors import StoreError

DONE, NO, USAGE = 0, 1, 2


def report(command: Callable[[], object], *, debug: bool) -> int:
    """Run ``command`` and give its exit code: 0 done, 1 the answer is "no", 2 wrong usage.

    With ``debug`` an error comes through with its traceback.
    """
    try:
        code = command()
    except Exit as stop:
        return stop.exit_code
    except (Abort, KeyboardInterrupt):
        return NO
    except (TyperException, BotError, SlaError, StoreError) as error:
        if debug:
            raise
        say(_usage(error) if isinstance(error, TyperException) else str(error))
        return _exit_code(error)
    return code if isinstance(code, int) else DONE


def _exit_code(error: Exception) -> int:
    if isinstance(error, TyperException):
        return USAGE
    return error.exit_code if isinstance(error, BotError) else NO


def say(sentence: str) -> None:
    """Tell the person what is wrong, apart from what the command prints."""
    print(f"threadline: {sentence}", file=sys.stderr)  # noqa: T201


def _usage(error: TyperException) -> str:
    message = error.format_message().replace("Value error, ", "")  # which Typer takes over from Pydantic
    context = getattr(error, "ctx", None)
    hint = f" Try `{context.command_path} --help`." if context is not None else ""
    return f"{message.rstrip('.')}.{hint}"
