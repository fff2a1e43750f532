"""Reports: which instances somebody asks about, what they came to, and how that is written down."""
