"""Returns: a child workflow."""
