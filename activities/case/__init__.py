"""Cases: their rows, their handlers, and what partners say of their orders."""
