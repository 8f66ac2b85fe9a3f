"""What the cases of a period teach: scorecards (RVW-2) and the weekly review (RVW-3)."""
