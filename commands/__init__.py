"""What the `redress` command does, a module for each."""
