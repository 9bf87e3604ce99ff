"""Duties: import of calendars over HTTP, and the background task that ends duties."""
