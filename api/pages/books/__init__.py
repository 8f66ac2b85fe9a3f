"""Pages about money between parties: claims, and differences from the partners' books."""
