"""Telemetry: logs, metrics, and the watchdog."""
