"""What each page shows: read from the database, drawn by a template of the same name."""
