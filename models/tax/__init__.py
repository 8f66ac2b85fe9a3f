"""Tax of orders, and the credit notes of their refunds (RES-15)."""
