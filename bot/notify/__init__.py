"""Ways out of Slack: e-mail and signed webhooks."""
