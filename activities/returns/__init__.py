"""Returns: partner calls and rows."""
