"""The durable part: case.py is the table of contents."""
