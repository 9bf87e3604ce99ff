"""Characters of texts that people fill in. Single-line texts have no control characters, which could begin a header or log line.
No text has characters that reverse its direction, because the screen would show a different text from the stored one.

Such characters are replaced or dropped, not refused, because pasted text contains them invisibly. Stored texts are not changed.
"""

import unicodedata

_ENDS = ("\r", "\x85", "\u2028", "\u2029")  # other ways to end a line
_SPACES = ("\t", "\n", "\v", "\f", *_ENDS)
_DIRECTION = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # embeddings, overrides and isolates
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))  # C0, DEL, C1
_SURROGATES = range(0xD800, 0xE000)  # a single one is invalid, and databases reject it

_DROPPED: dict[int, str | None] = dict.fromkeys((*_CONTROLS, *_DIRECTION, *_SURROGATES))
_ONE_LINE = _DROPPED | dict.fromkeys(map(ord, _SPACES), " ")
_LINES = _DROPPED | dict.fromkeys(map(ord, _ENDS), "\n") | {ord(sign): sign for sign in "\t\n"}


def single_line(text: str) -> str:
    """Return a text as one line, normalized (NFC) and trimmed.

    The text must be bounded: normalizing takes quadratic time for many accents on one letter.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    line = text.replace("\r\n", "\n").translate(_ONE_LINE).strip()
    normalized = unicodedata.normalize("NFC", line)
    return normalized if len(normalized) <= len(line) else line  # NFC makes a few letters longer, which could exceed the bound


def multi_line(text: str) -> str:
    """Return a text whose only control characters are line feeds and tabs."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_LINES)
