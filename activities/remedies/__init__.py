"""Order changes and service improvements."""
