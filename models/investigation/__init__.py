"""Findings, decisions and clocks."""
