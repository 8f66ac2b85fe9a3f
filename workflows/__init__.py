"""The durable part: `case.py` is a case on one page."""
