"""Everything outside of Redress: a Protocol for each kind of partner and its real client; database, evidence, logs."""
