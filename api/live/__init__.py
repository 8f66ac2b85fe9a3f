"""What changes while somebody looks: one tail a process, a stream for each who follows (docs/desk.md)."""
