"""The first page: what is running, what is due next, and whether the program is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
REFRESH_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One running clock; ``left`` says what is left, or how late it is, in words."""

    number: int
    subject: str
    customer: str
    metric: str
    breach_at: datetime | None
    left: str
    badge: str
    priority: str
    status: str
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """Everything the page shows, as of ``now``."""

    workspace: str
    now: datetime
    open_tickets: int
    breached_open: int
    met: int
    missed: int
    alerts_sent: int
    alerts_waiting: int
    rows: Sequence[StatusRow]
    more: int
    inbox_pending: int
    inbox_quarantined: int
    outbox_waiting: int
    outbox_failed: int
    tick_age: str

    @property
    def attainment(self) -> str:
        """Met instances of those that ended with a promise kept or broken, open and late ones counted as broken."""
        ended = self.met + self.missed
        return f"{100 * self.met / ended:.0f} %" if ended else "none yet"


def render_status(view: StatusView) -> str:
    """The page."""
    return _TEMPLATES.get_template("status.html").render(view=view, refresh_seconds=REFRESH_SECONDS)
