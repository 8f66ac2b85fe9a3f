"""Decisions about a case: permissions, validation, grading, routing, views."""
