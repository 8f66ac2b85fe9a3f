"""Differences between our books and the partners'."""
