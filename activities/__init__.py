"""Every effect: thin, idempotent (docs/architecture.md)."""
