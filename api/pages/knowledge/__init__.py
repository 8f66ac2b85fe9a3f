"""Pages about what is known: the knowledge base, lessons, and the library of cases."""
