"""Replacements over HTTP."""
