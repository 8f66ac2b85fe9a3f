"""Credit notes (RES-15)."""
