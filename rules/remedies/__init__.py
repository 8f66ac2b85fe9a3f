"""Eligibility, limits and offers."""
