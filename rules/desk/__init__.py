"""What spares the desk the same work twice."""
