"""Texts for people in code: marked here, collected in catalogues, and translated for display."""

CONTEXT_END = "\x04"  # gettext's separator of context and text in the key of a catalogue


def N_(text: str) -> str:
    """Mark a text for the catalogue."""
    return text


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a text with a plural for the catalogue."""
    return one, many


def P_(context: str, text: str) -> str:
    """Mark a text with another meaning or form in this context. Translators see the context, readers do not."""
    return f"{context}{CONTEXT_END}{text}"
