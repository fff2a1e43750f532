"""Threadline talks: to Slack, to HTTP clients, to people, and to the clock."""
