"""Scorecards, the weekly review and improvements over HTTP (RVW-2, RVW-3)."""
