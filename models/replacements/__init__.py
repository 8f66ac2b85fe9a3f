"""Exchanges, reshipments and repairs."""
