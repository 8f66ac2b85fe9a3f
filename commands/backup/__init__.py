"""`redress backup` and `redress restore`."""
