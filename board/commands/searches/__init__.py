"""Searches: details, goals, appeals, closing and archiving."""
