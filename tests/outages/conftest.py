from tests.support.desk import desk, desk_database, empty_desk_database, plain_logs

__all__ = ["desk", "desk_database", "empty_desk_database", "plain_logs"]
