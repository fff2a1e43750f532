"""Asking for faults, and the sandbox's settings."""

from enum import StrEnum
from typing import TypeVar

from bot.sandbox.errors import SandboxError
from bot.sandbox.faults import CallFault, EventFault
from bot.sandbox.model import Json
from bot.sandbox.slack import Slack

K = TypeVar("K", bound=StrEnum)


class FaultControl:
    """Puts faults in force and ends them."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def calls(  # noqa: PLR0913
        self,
        kind: str,
        *,
        method: str = "*",
        channel: str = "",
        count: int | None = None,
        skip: int = 0,
        for_seconds: float | None = None,
        status: int = 500,
        error: str = "internal_error",
        seconds: float = 1.0,
    ) -> Json:
        """Let Web API calls go wrong.

        Args:
            kind: `status`, `error`, `delay` (real seconds), `hold` (until cleared), `refuse` (reset before
                the call takes effect), `drop` (it takes effect, then the connection is reset), `garbage`
                (an answer that is not JSON), `rate_limit` (429, Retry-After `seconds`).
            method: a method or pattern such as `chat.*`.
            channel: only calls with this channel.
            count: how many times; until cleared when not given.
            skip: leave so many matching calls alone first.
            for_seconds: only so long, on the sandbox's clock.
            status: for `status`.
            error: for `error`.
            seconds: for `delay` and `rate_limit`.
        """
        if not 200 <= status <= 599 or seconds < 0:
            raise SandboxError("status is between 200 and 599, seconds not below 0.")
        fault = self._slack.faults.add(
            _kind(CallFault, kind),
            match=method,
            channel=channel,
            count=count,
            skip=skip,
            for_seconds=for_seconds,
            status=status,
            error=error,
            seconds=seconds,
        )
        return fault.to_json()

    def events(
        self,
        kind: str,
        *,
        type: str = "*",  # noqa: A002
        channel: str = "",
        count: int | None = None,
        skip: int = 0,
        for_seconds: float | None = None,
        window: int = 2,
    ) -> Json:
        """Let events go wrong: `lose`, `duplicate`, `reorder` (`window` at a time), `hold` (until cleared)."""
        fault = self._slack.faults.add(
            _kind(EventFault, kind),
            match=type,
            channel=channel,
            count=count,
            skip=skip,
            for_seconds=for_seconds,
            window=window,
        )
        return fault.to_json()

    def outage(self, *, events: str = "lose", for_seconds: float | None = None, status: int = 503) -> list[Json]:
        """Take the whole service down: calls answer `status`; events are lost, or held with `hold`."""
        return [
            self.calls("status", status=status, for_seconds=for_seconds),
            self.events(events, for_seconds=for_seconds),
        ]

    def clear(self, fault: str = "") -> list[Json]:
        """End one fault, or all; events that were held go out now."""
        self._slack.faults.clear(fault)
        self._slack.deliveries.flush()
        return self.list()

    def list(self) -> "list[Json]":
        """Return the faults in force."""
        return [fault.to_json() for fault in self._slack.faults.current()]

    def settings(self, *, rate_limits: bool | None = None, answer_seconds: float | None = None) -> Json:
        """Switch rate limits, or change how long (in real time) apps have to answer."""
        if rate_limits is not None:
            self._slack.limits.enabled = rate_limits
        if answer_seconds is not None:
            if answer_seconds <= 0:
                raise SandboxError("answer_seconds is more than 0.")
            self._slack.http.answer_seconds = self._slack.sockets.answer_seconds = answer_seconds
        return {"rate_limits": self._slack.limits.enabled, "answer_seconds": self._slack.http.answer_seconds}


def _kind(kinds: type[K], text: str) -> K:
    try:
        return kinds(text)
    except ValueError:
        known = ", ".join(kind.value for kind in kinds)
        raise SandboxError(f"There is no fault {text!r}; there are {known}.") from None
