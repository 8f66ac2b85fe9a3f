"""Reviews as pages, PDFs and charts (RVW-3)."""
