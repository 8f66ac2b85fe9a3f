"""What people and partners do to a case."""
