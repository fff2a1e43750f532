"""History from elsewhere, taken in as if it had come in time, but told to nobody."""
