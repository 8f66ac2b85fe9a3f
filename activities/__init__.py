"""Every effect: thin, idempotent (architecture.md, rule 6)."""
