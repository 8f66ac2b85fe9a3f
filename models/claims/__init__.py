"""Claims: state, actions, partner messages, policy."""
