"""Retention: closed searches whose time is over, with what is stored about each, holds that keep them, and their erasure."""
