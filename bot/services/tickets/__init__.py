"""Events of tickets, folded by the engine, stored with what they lead to, and told again."""
