"""The page of a case: everything about it, and a form for everything that may be done."""
