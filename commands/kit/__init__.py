"""What commands share: API client, failures, language."""
