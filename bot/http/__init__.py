"""HTTP: Slack's events, the dashboard, and what operators ask."""
