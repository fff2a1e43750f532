"""What the REST API does to tickets, policies and schedules: the same things that Slack does, by other words."""
