"""Texts for people that stand in code: marked here, collected in catalogues, and translated where they are shown."""


def N_(text: str) -> str:
    """Mark a text for the catalogue."""
    return text
