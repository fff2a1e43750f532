"""History from elsewhere: exports are other people's files, and are read as hostile."""
