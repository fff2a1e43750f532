"""Pages from templates: everything escaped, no script, nothing from anywhere else."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse

from bot.services.reporting.tables import duration, percent
from bot.slack.wording import metric_label
from bot.templates import templates_in

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}

_TEMPLATES = templates_in(Path(__file__).parent / "templates")


def local(at: datetime | None, zone: tzinfo) -> str:
    """An instant on somebody's clock: "12 Jan 09:20"; a dash for none."""
    return "-" if at is None else at.astimezone(zone).strftime("%d %b %Y %H:%M")


_TEMPLATES.filters |= {"duration": duration, "percent": percent, "metric": metric_label, "local": local}


def page(template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page, with the headers that keep it harmless whatever a customer wrote."""
    text = _TEMPLATES.get_template(template).render(shown)
    return HTMLResponse(text, status_code=status, headers=HEADERS)
