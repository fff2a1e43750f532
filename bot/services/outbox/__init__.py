"""From the outbox to its readers: drawn, sent, looked up, or sent elsewhere."""
