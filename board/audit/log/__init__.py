"""Audit journal for administrators: a page, an HTTP API, and a CSV file."""
