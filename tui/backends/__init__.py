"""Where threads come from: one protocol, declared capabilities."""
