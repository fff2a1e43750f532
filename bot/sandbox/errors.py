from typing import Any


class SlackError(Exception):
    """A Web API call's refusal: what a client sees as `{"ok": false, "error": ...}`."""

    def __init__(self, error: str, **fields: Any) -> None:
        super().__init__(error)
        self.error = error
        self.fields = fields


class SandboxError(ValueError):
    """A mistake of whoever drives the sandbox; the message is a sentence for them."""

    def __init__(self, message: str, *, code: str = "invalid_request") -> None:
        super().__init__(message)
        self.code = code
