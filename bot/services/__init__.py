"""Use cases: gather (store, Slack), decide (sla), apply (store, then outbox)."""
