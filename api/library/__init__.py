"""The library over HTTP (ARC-2): searching cases, similar ones, and what they teach."""
