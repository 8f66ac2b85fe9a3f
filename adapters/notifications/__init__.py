"""Providers of messages: HTTP and SMTP."""
