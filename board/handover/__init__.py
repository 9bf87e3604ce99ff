"""Handover of a shift: report, page and HTTP API."""
