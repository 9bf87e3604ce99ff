"""Alarms, their recipients, and alerts."""
