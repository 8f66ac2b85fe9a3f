"""Documents: reviews as pages and PDFs, charts, and what printed papers need (RVW-1, RVW-3)."""
