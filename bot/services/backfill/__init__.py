"""What Slack failed to deliver, found in its history."""
