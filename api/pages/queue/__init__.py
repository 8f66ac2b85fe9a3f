"""The queue: lists of cases that somebody works on, what they are found by, and what is done with many at once."""
