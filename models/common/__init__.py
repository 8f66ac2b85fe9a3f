"""What every model uses: base classes, vocabulary, actors, events, errors."""
