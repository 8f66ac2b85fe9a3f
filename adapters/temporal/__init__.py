"""The Temporal server: the connection to it, and what cases need there."""
