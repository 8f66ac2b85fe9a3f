"""Commands about cases: open, show, watch, import."""
