"""Figures about the searches of a month or a year, as of any time, without names."""
