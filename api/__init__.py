"""The HTTP API: parse, one call, return."""
