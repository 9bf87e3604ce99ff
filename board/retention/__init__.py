"""Retention: closed searches whose retention has ended, the data about each, holds that keep them, and their erasure."""
