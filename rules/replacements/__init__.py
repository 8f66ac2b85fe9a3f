"""Permissions and views of replacements."""
