"""Words of a text in normalized form, with their positions in it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from models.searchable import normalize

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[!?;\n\r…]|\.(?=[\s\"'”’)]|$)")
_CLAUSE_END = re.compile(r"[,:()\[\]·•|]|\s[-–—]+\s|\s[—–]|[—–]\s")

_EXPLAINING = re.compile(r"[^\s,\-–—]|\n")  # punctuation after which a capital says nothing
_INVISIBLE = re.compile(r"[\u00ad\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufeff]")  # combining accents, and joiners
_CHUNK = re.compile(r"\S+")
_JOINTS = frozenset({" ", "", "-", "'", "’"})  # what joins two words of a phrase
_QUOTE = re.compile(r"[“„\"«‹]")
_OPENED = re.compile(r"[“„\"«‹]$|«\s$")
_CLOSED = re.compile(r"[”“\"»›]|\s»")
_APOSTROPHES = frozenset({"'", "’"})

NO_BREAK, COMMA, SENTENCE = 0, 1, 2


class Token(NamedTuple):
    """Word of a text from `start` to before `end`.

    `pause`: punctuation before it. `is_capital`: it begins with a capital, and is not the first word of a sentence or label.
    `is_quoted`: only this word is in quotation marks, so it is a name or is written on something.
    """

    word: str
    start: int
    end: int
    pause: int
    is_capital: bool
    after_apostrophe: bool
    is_quoted: bool = False


def tokens(text: str) -> list[Token]:
    """Return the words of a text, in time linear in its length."""
    found: list[Token] = []
    end, has_quotes = 0, bool(_QUOTE.search(text))
    for word, start, last in _rare_words(text) if _INVISIBLE.search(text) else _words(text):
        between = text[end:start]
        pause = NO_BREAK if between in _JOINTS else _pause(between)
        is_capital = text[start].isupper() and (pause == NO_BREAK or not _EXPLAINING.search(between))
        is_quoted = has_quotes and bool(_OPENED.search(text[max(0, start - 2) : start]) and _CLOSED.match(text, last))
        found.append(Token(word, start, last, pause, is_capital, between in _APOSTROPHES, is_quoted))
        end = last
    return found


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _WORD.finditer(text):
        word = match.group()
        yield word.lower() if word.isascii() else normalize(word), match.start(), match.end()


def _rare_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words of a text with combining accents, which may be in the middle of a word."""
    for chunk in _CHUNK.finditer(text):
        positions = [at for at, character in enumerate(chunk.group(), chunk.start()) for _ in normalize(character)]
        positions.append(chunk.end())
        for match in _WORD.finditer(normalize(chunk.group())):
            yield match.group(), positions[match.start()], positions[match.end()]


def _pause(between: str) -> int:
    if _SENTENCE_END.search(between):
        return SENTENCE
    return COMMA if _CLAUSE_END.search(between) else NO_BREAK
