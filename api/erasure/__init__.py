"""Requests to be forgotten and legal holds over HTTP (ARC-3)."""
