"""Refunds, charges and coupons."""
