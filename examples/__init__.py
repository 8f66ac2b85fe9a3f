"""Systems that Redress can be connected to."""
