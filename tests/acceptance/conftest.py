from tests.support.desk import desk, desk_database, empty_desk_database, live_desk, plain_logs

__all__ = ["desk", "desk_database", "empty_desk_database", "live_desk", "plain_logs"]
