"""A case: receipt, state, actions, views."""
