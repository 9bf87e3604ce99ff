"""Connections, subscriptions, and the delivery of frames."""
