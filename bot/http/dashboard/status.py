"""The first page: what is running, what is due next, and whether the program is well."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.services.workspace.overview import StatusView

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
REFRESH_SECONDS = 5


def render_status(view: StatusView) -> str:
    """The page."""
    return _TEMPLATES.get_template("status.html").render(view=view, refresh_seconds=REFRESH_SECONDS)
