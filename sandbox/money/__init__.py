"""Payments, charges and coupons."""
