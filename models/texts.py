"""Texts for people that stand in code: marked here, collected in catalogues, and translated where they are shown."""

CONTEXT_END = "\x04"  # between the context and the text in the key of a catalogue, as gettext has it


def N_(text: str) -> str:
    """Mark a text for the catalogue."""
    return text


def P_(context: str, text: str) -> str:
    """Mark a text that means something else elsewhere, or has another form there. Translators see the context, readers do not."""
    return f"{context}{CONTEXT_END}{text}"
