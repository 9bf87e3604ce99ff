"""Frames and messages, as clients send and receive them."""
