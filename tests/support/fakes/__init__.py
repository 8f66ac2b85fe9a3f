"""Partners in memory, written against the protocols."""
