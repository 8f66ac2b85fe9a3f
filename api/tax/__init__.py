"""Credit notes over HTTP (RES-15)."""
