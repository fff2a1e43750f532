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

    Args:
        debug: Let an error through with its traceback.
    """
    try:
        code = command()
    except Exit as stop:
        return stop.exit_code
    except Abort:
        return NO
    except KeyboardInterrupt:
        return DONE
    except TyperException as error:
        if debug:
            raise
        say(_usage(error))
        return USAGE
    except BotError as error:
        if debug:
            raise
        say(str(error))
        return error.exit_code
    except (SlaError, StoreError) as error:
        if debug:
            raise
        say(str(error))
        return NO
    return code if isinstance(code, int) else DONE


def say(sentence: str) -> None:
    """Tell the person what is wrong, apart from what the command prints."""
    print(f"threadline: {sentence}", file=sys.stderr)  # noqa: T201


def _usage(error: TyperException) -> str:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    hint = f" Try `{context.command_path} --help`." if context is not None else ""
    return f"{message.rstrip('.')}.{hint}"
