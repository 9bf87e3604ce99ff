"""Handover of a shift: its report, pages and calls."""
