"""The knowledge base: entries and search terms."""
