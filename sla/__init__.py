"""Service-level agreements as pure values: schedules, policies, the engine, and what follows from them."""
