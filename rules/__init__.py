"""Pure decisions: (values, now) → value. No I/O, no Temporal, no tables."""
