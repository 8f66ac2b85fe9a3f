"""Partners over HTTP: protocols, clients, circuits."""
