"""Telemetry: logs, metrics, clock checks, and the watchdog."""
