"""What all activities use: errors, calendars, reports of child workflows."""
