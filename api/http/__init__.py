"""What all endpoints use: authentication, problems, schemas, cursors."""
