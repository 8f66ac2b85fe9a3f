"""The seven stages of a case, one module each."""
