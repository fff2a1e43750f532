from tests.integration.cli.conftest import folder, run, slack
from tests.support.desk import desk, desk_database, empty_desk_database

__all__ = ["desk", "desk_database", "empty_desk_database", "folder", "run", "slack"]
