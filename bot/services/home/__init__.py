"""App Home, and the set-up from within Slack: what is shown to whom, and what people ask for there."""
