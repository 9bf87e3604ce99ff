"""Channels: numbered events, their rings, heads, and who is present."""
