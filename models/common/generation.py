"""Which changes of workflow code a workflow was begun with: a number in its memo, which costs its history no event (docs/change-guide.md)."""

GENERATION = 2
"""Raised with a release that changes what workflows do; those begun before go on as they began."""
MEMO = "generation"
"""The memo in which whoever starts a workflow writes it. Without one it was begun before there were generations."""
