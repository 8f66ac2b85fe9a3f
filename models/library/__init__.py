"""The library (ARC-2): what cases are searched by, what is shown of them, and the lessons that people write."""
