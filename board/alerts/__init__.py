"""Alerts: the calls that list them and mark them as read."""
