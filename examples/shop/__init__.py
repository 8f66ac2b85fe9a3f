"""A merchant's system, written from docs/partners/ alone."""
