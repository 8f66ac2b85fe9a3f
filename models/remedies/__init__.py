"""Remedies, offers, eligibility and order changes."""
