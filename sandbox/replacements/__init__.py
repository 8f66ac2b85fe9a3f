"""Warehouses and workshops."""
