"""What a review of cases says, and what follows from it (RVW-2, RVW-3)."""
