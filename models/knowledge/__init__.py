"""Knowledge base entries."""
