"""Characters of texts that people fill in. A text of one line has no control characters, and neither kind of text has characters
that turn its direction around: they could show something else than what is stored, or begin a header or a line of a log.

They are replaced or dropped, not refused: they come with pasted text, and nobody sees them. Earlier texts stay as they are.
"""

import unicodedata

_ENDS = ("\r", "\x85", "\u2028", "\u2029")  # other ways to end a line
_SPACES = ("\t", "\n", "\v", "\f", *_ENDS)
_DIRECTION = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # embeddings, overrides and isolates
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))  # C0, DEL, C1
_SURROGATES = range(0xD800, 0xE000)  # one alone is no text, and no database takes it

_DROPPED: dict[int, str | None] = dict.fromkeys((*_CONTROLS, *_DIRECTION, *_SURROGATES))
_ONE_LINE = _DROPPED | dict.fromkeys(map(ord, _SPACES), " ")
_LINES = _DROPPED | dict.fromkeys(map(ord, _ENDS), "\n") | {ord(each): each for each in "\t\n"}


def single_line(text: str) -> str:
    """Return a text as one line, normalized (NFC) and without spaces around it. Call it with a bounded text: normalizing takes
    quadratic time for many accents on one letter."""
    if text.isascii() and text.isprintable():
        return text.strip()
    line = text.replace("\r\n", "\n").translate(_ONE_LINE).strip()
    normalized = unicodedata.normalize("NFC", line)
    return normalized if len(normalized) <= len(line) else line  # a few letters become longer, beyond the bound


def multi_line(text: str) -> str:
    """Return a text whose only control characters are line feeds and tabs."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_LINES)
