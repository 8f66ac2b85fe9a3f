"""Writes reviews, and follows what they open (RVW-3)."""
