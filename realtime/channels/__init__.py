"""Channels: numbered events, their rings, heads, and presence."""
