"""Figures for Prometheus: counts and ages, never a name, a text or a secret; every label has a few fixed values."""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# The promise is seconds; what is over two minutes late says so in Slack, and hours are an outage.
_LATENESS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the database says: envelopes and messages by state, and how late the oldest due look at a target is."""

    inbox: Mapping[str, int]
    outbox: Mapping[str, int]
    overdue_seconds: float
    workspace_dead: bool


class Metrics:
    """Everything that is measured, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._tick_age = self._gauge("tick_age_seconds", "Since the last tick that succeeded; NaN where none runs.")
        self._silence = self._gauge("socket_silence_seconds", "Since Slack last answered a ping; NaN over HTTP.")
        self._database = self._gauge("database_up", "Whether the database answered this scrape.")
        self._overdue = self._gauge("oldest_overdue_seconds", "How late the oldest due look at a target is.")
        self._dead = self._gauge("workspace_dead", "Whether the token is revoked or the app uninstalled.")
        self._inbox = self._gauge("inbox_requests", "Requests of Slack's by state.", "state")
        self._outbox = self._gauge("outbox_messages", "Messages by state, without those that ended well.", "state")
        self._failures = self._gauge("worker_failures", "Rounds of a worker that failed since the start.", "worker")
        self._received = Counter(
            "threadline_events_received", "Requests of Slack's stored.", ["kind"], registry=self._registry
        )
        self._sent = Counter("threadline_alerts_sent", "Alerts that arrived.", ["kind"], registry=self._registry)
        self._late = Histogram(
            "threadline_alert_lateness_seconds",
            "From the threshold to the alert's arrival.",
            registry=self._registry,
            buckets=_LATENESS,
        )

    def received(self, kind: str) -> None:
        """A request of a known kind was stored."""
        self._received.labels(kind=kind).inc()

    def alert_sent(self, kind: str, late_seconds: float) -> None:
        """An alert arrived, so many seconds after its threshold."""
        self._sent.labels(kind=kind).inc()
        self._late.observe(max(0.0, late_seconds))

    def scrape(
        self,
        figures: Figures | None,
        *,
        tick_age: float | None,
        socket_silence: float | None,
        failures: Mapping[str, int],
    ) -> bytes:
        """The exposition; ``figures`` is None where the database does not answer, which is then said."""
        self._tick_age.set(float("nan") if tick_age is None else tick_age)
        self._silence.set(float("nan") if socket_silence is None else socket_silence)
        for worker, failed in failures.items():
            self._failures.labels(worker=worker).set(failed)
        self._database.set(figures is not None)
        if figures is not None:
            self._overdue.set(figures.overdue_seconds)
            self._dead.set(figures.workspace_dead)
            for gauge, counted in ((self._inbox, figures.inbox), (self._outbox, figures.outbox)):
                for state, number in counted.items():
                    gauge.labels(state=state).set(number)
        return generate_latest(self._registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"threadline_{name}", what, labels, registry=self._registry)
