"""The policy that a marketplace edits."""
