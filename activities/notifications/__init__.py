"""Messages: written with the event, delivered later."""
