"""What can be seen of a running program: figures for Prometheus, traces, and the logs of Temporal's core."""
