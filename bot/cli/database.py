"""Commands about the database."""

from bot.cli.output import tell
from bot.settings import Settings
from store import migrations


def migrate() -> None:
    """Bring the database to the schema of this program; `run` does so by itself on SQLite."""
    url = Settings.load().database_url.get_secret_value()
    migrations.upgrade(url)
    tell("The database has the newest schema.")
