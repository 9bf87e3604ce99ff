"""Alarms: HTTP API."""
