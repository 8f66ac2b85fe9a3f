"""Real processes for tests: servers, databases, browsers."""
