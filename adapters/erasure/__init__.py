"""Every store that holds something of a person, and what becomes of it when it is forgotten (ARC-3)."""
