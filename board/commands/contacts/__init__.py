"""Contacts of a search, their calls, and the calls that are due."""
