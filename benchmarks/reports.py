"""Reports over a million cases in PostgreSQL, and over 50,000 in SQLite: cold, warm, and beside plain SQL on the same rows."""
