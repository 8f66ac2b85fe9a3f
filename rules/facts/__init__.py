"""Facts, their wording, and who is liable."""
