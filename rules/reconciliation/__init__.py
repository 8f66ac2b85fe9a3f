"""Differences of money, charges and coupons."""
