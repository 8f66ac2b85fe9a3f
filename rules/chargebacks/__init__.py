"""Chargebacks: what is heard, what is due, what is booked, who may answer."""
