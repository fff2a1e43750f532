"""What Threadline remembers, in SQLite or PostgreSQL."""
