"""Posters and messages, where they went, and their take-down."""
