"""Digits and signs that people write instead of letters, as in `p@ssw0rd`."""

_LETTERS = {"0": "o", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s", "7": "t", "+": "t", "8": "b", "9": "g", "€": "e"}
_AS_I = str.maketrans(_LETTERS | dict.fromkeys("1!|", "i"))
_AS_L = str.maketrans(_LETTERS | dict.fromkeys("1!|", "l"))
_ALIKE = str.maketrans(_LETTERS | dict.fromkeys("1!|l", "i"))


def readings(text: str) -> tuple[str, ...]:
    """Return the possible readings of a text: unchanged, and with letters for digits and signs."""
    return text, text.translate(_AS_I), text.translate(_AS_L)


def fold_lookalikes(text: str) -> str:
    """Return a text of the same length in which all lookalikes of a letter are replaced by the same one."""
    return text.translate(_ALIKE)
