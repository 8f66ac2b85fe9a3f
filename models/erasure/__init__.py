"""What is forgotten, when, and what is left of it (ARC-3)."""
