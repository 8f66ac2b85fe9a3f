"""The desk over HTTP: saved views, saved replies, one action on many cases."""
