"""The demonstration: sandbox, bot and status page in one process, on one virtual clock."""
