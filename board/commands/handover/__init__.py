"""Briefings, shifts and handovers."""
