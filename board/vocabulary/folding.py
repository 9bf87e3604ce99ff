"""Words of a text in normalized form, with their positions in it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from models.searchable import normalize

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[!?;\n\r…]|\.(?=[\s\"'”’)]|$)")
_CLAUSE_END = re.compile(r"[,:()\[\]·•|]|\s[-–—]+\s|\s[—–]|[—–]\s")

_CHUNK = re.compile(r"\S+")
_JOINTS = frozenset({" ", "", "-", "'", "’"})  # what joins two words of a phrase
_APOSTROPHES = frozenset({"'", "’"})

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
    found: list[Token] = []
    end = 0
    for chunk in _CHUNK.finditer(text):
        for word, start, last in _words(chunk.group(), chunk.start()):
            between = text[end:start]
            pause = NO_BREAK if between in _JOINTS else _pause(between)
            found.append(Token(word, start, last, pause, text[start].isupper(), between in _APOSTROPHES))
            end = last
    return found


def _words(chunk: str, offset: int) -> Iterator[tuple[str, int, int]]:
    """Yield the normalized words of a piece of text without spaces, with their positions."""
    if chunk.isascii():
        for match in _WORD.finditer(chunk.lower()):
            yield match.group(), offset + match.start(), offset + match.end()
        return
    positions = [at for at, character in enumerate(chunk) for _ in normalize(character)]
    for match in _WORD.finditer(normalize(chunk)):
        yield match.group(), offset + positions[match.start()], offset + positions[match.end() - 1] + 1


def _pause(between: str) -> int:
    if _SENTENCE_END.search(between):
        return SENTENCE
    return COMMA if _CLAUSE_END.search(between) else NO_BREAK
