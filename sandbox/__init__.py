"""A merchant, carrier, payment and message provider that speak the partner contracts, with faults on demand."""
