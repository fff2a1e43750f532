"""Slack: what it sends, who its people are, and how we write to it."""
