"""Alarms, alerts, and those who are asked."""
