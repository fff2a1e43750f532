"""App Home: values in, Block Kit out; at most a hundred blocks (Slack: views.publish)."""
