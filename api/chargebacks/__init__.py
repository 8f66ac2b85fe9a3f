"""Chargebacks over HTTP."""
