"""The tests: they mirror the tree; what they share is in `support/`."""
