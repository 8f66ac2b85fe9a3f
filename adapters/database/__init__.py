"""The database: engine, SQLite connections, and the tables that adapters read."""
