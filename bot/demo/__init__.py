"""The demonstration: sandbox, bot and dashboard in one process, on one virtual clock."""
