"""Figures about the files of a month or a year, as of any time. Without names."""
