"""Slack stops sending events to an app that fails almost all of them."""

from collections import deque

HOUR_SECONDS = 3600.0
LEAST_ATTEMPTS = 1000
LEAST_SUCCESS = 0.05


class Health:
    """Counts an app's attempts of the last hour."""

    def __init__(self) -> None:
        self._attempts: dict[str, deque[tuple[float, bool]]] = {}
        self._good: dict[str, int] = {}

    def note(self, app_id: str, at: float, *, ok: bool) -> bool:
        """Count an attempt; tells whether the app's events are to be switched off."""
        attempts = self._attempts.setdefault(app_id, deque())
        attempts.append((at, ok))
        good = self._good.get(app_id, 0) + ok
        while attempts and attempts[0][0] <= at - HOUR_SECONDS:
            good -= attempts.popleft()[1]
        self._good[app_id] = good
        return len(attempts) >= LEAST_ATTEMPTS and good < LEAST_SUCCESS * len(attempts)

    def forget(self, app_id: str) -> None:
        """Start counting afresh, as after somebody switched the events on again."""
        self._attempts.pop(app_id, None)
        self._good.pop(app_id, None)
