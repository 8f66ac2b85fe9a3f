"""Receivables of a case and permissions of claims."""
