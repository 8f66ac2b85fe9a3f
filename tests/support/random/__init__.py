"""Random lives of cases."""
