"""The desk over HTTP: saved views, saved replies."""
