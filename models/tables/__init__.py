"""All database tables."""
