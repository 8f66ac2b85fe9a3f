"""The library (ARC-2): the words that cases are found by, what of a case each reader may search, and how well a case fits."""
