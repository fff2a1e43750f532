"""What goes wrong in a way that a person can do something about."""

from typing import Literal


class BotError(Exception):
    """A whole sentence that says what happened and what to do; a command prints it without a traceback.

    Attributes:
        exit_code: 1 when the answer is "no" (problems were found, something was lost), 2 for wrong usage.
    """

    exit_code: Literal[1, 2]

    def __init__(self, message: str, *, exit_code: Literal[1, 2] = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
