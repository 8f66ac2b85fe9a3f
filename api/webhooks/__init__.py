"""Partners' webhooks."""
