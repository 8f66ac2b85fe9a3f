"""Chargebacks: what the provider tells and is told, our row's state, what callers see, policy."""
