"""Charges, ledger entries and coupons."""
