"""The issue of a text."""
