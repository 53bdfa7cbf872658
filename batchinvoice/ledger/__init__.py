"""The durable memory: what was meant, what was sent, what came of it."""
