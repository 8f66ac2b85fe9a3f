"""What of a refund is tax, and the credit note that says so (RES-15)."""
