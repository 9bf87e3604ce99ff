"""Exports: the data of searches as CSV and JSON files."""
