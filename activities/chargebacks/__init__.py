"""Chargebacks: the loop that follows them."""
