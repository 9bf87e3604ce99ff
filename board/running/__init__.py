"""Processes that serve: one or several, what they log, and what is measured of them."""
