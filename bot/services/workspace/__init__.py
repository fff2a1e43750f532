"""The desk of one workspace: who we are there, the rules in force, and what people should know about both."""
