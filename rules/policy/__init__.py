"""Loading and checking the policy."""
