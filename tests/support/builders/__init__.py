"""Values and cases for tests, each builder once."""
