"""Duties over HTTP: import of calendars; and the ends of duties, beside the writers."""
