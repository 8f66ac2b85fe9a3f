"""Figures over HTTP (RVW-1): reports as JSON, CSV and XLSX."""
