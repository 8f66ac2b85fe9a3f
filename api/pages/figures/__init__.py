"""Pages about many cases: reports, scorecards, reviews, improvements, and the cases behind a figure."""
