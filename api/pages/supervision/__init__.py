"""The supervisor's pages: what only they decide, people, routing, and the policy."""
