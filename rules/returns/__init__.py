"""Permissions, outcome and views of returns."""
