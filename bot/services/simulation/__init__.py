"""What would have been under another configuration, for a manager who has to choose one."""
