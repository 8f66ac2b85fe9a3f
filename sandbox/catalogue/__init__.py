"""The sandbox's orders and products."""
