"""What Temporal keeps of a case: how it is written there, and the keys that it is encrypted with (docs/payloads.md)."""
