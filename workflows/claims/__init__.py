"""Claims: a workflow that outlives its case."""
