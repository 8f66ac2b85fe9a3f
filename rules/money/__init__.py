"""Ledger, refund parts, goods, approvals."""
