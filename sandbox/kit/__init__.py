"""What the sandbox partners share: books, faults, webhooks."""
