"""Logs and the request id that joins them."""
