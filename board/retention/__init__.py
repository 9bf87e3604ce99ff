"""Retention: closed searches whose time is over, with what is stored about each, and holds that keep them. Nothing is erased."""
