"""The index of the library (ARC-2): one way to search, by PostgreSQL's arrays and by SQLite's FTS5."""
