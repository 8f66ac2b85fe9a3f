"""Forgetting (ARC-3)."""
