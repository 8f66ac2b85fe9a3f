"""The world outside: one Protocol for each kind of partner, and the real clients."""
