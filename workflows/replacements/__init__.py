"""Exchanges, reshipments and repairs: a child workflow."""
