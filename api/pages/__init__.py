"""The web pages of Redress (docs/console.md): they call the functions of the endpoints, and show what these answer."""
