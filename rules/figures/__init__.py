"""What cases count for in figures (RVW-1)."""
