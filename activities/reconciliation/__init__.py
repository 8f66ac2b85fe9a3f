"""Our books compared with the partners'."""
