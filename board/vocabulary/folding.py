"""Words of a text in normalized form, with their positions in it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from models.searchable import normalize

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[!?;\n\r…]|\.(?=[\s\"'”’)]|$)")
_CLAUSE_END = re.compile(r"[,:()\[\]·•|]|\s[-–—]+\s|\s[—–]|[—–]\s")

NO_BREAK, COMMA, SENTENCE = 0, 1, 2


class Token(NamedTuple):
    """Word of a text from `start` to before `end`. `pause`: punctuation before it. `is_capital`: it begins with a capital."""

    word: str
    start: int
    end: int
    pause: int
    is_capital: bool
    after_apostrophe: bool


def tokens(text: str) -> list[Token]:
    """Return the words of a text, in time linear in its length."""
    normalized = normalize(text)
    positions: Sequence[int] = (
        range(len(text)) if text.isascii() else [at for at, character in enumerate(text) for _ in normalize(character)]
    )
    found: list[Token] = []
    end = 0
    for match in _WORD.finditer(normalized):
        start, last = positions[match.start()], positions[match.end() - 1] + 1
        between = text[end:start]
        found.append(Token(match.group(), start, last, _pause(between), text[start].isupper(), between in ("'", "’")))
        end = last
    return found


def _pause(between: str) -> int:
    if between in (" ", "", "-", "'"):
        return NO_BREAK
    if _SENTENCE_END.search(between):
        return SENTENCE
    return COMMA if _CLAUSE_END.search(between) else NO_BREAK
