"""Merchants and carriers about orders."""
