"""Alerts and open alarms over HTTP."""
