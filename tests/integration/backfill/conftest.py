from tests.support.desk import desk, desk_database, empty_desk_database, live_desk

__all__ = ["desk", "desk_database", "empty_desk_database", "live_desk"]
