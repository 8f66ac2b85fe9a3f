"""Documents of returns."""
