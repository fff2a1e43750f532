"""From what Slack sent to tickets: who spoke, in which thread, and what follows from it."""
