"""Full-text search: a row keeps its words in normalized form, so that SQLite and PostgreSQL find them alike."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlmodel import Field

from models.entity import Entity

_WORD = re.compile(r"[^\W_]+")
_LETTER_REPLACEMENTS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
)
_DROPPED_CATEGORIES = ("Mn", "Cf")  # accents and invisible characters


class Match(NamedTuple):
    """Word of a text from `start` to before `end`, and the search terms that it begins with."""

    start: int
    end: int
    terms: set[str]


class Searchable(Entity):
    """Entity that can be found by its words. `folded` is not part of the state: " red jacket", each word once, with a space
    before it."""

    folded: str = Field(default="", sa_column_kwargs={"server_default": ""})


def folded_text(texts: Iterable[str | None]) -> str:
    """Return the normalized words of some texts, each once, with a space before each."""
    found: dict[str, None] = {}
    for text in texts:
        if text:
            found.update(dict.fromkeys(words(text)))
    return f" {' '.join(found)}" if found else ""


def words(text: str) -> list[str]:
    """Return the words of a text in normalized form."""
    return _WORD.findall(normalize(text))


def normalize(text: str) -> str:
    """Return a text without accents and capitals, character by character, so that normalizing a concatenation equals
    concatenating the normalized parts."""
    return text.lower() if text.isascii() else "".join(map(_normalize_character, text))


@lru_cache(maxsize=4_096)
def _normalize_character(character: str) -> str:
    """Normalize one character. A whole text would take quadratic time where thousands of accents are on one letter."""
    parts = unicodedata.normalize("NFKD", character)
    return (
        "".join(part for part in parts if unicodedata.category(part) not in _DROPPED_CATEGORIES)
        .casefold()
        .translate(_LETTER_REPLACEMENTS)
    )


def find_matches(text: str, terms: Collection[str]) -> list[Match]:
    """Return the words of a text that begin with one of these terms."""
    if text.isascii():
        positions: Sequence[int] = range(len(text))
    else:
        positions = [at for at, character in enumerate(text) for _ in normalize(character)]
    wanted, lengths = set(terms), {len(term) for term in terms}  # there are fewer lengths than terms
    found: list[Match] = []
    for word in _WORD.finditer(normalize(text)):
        if matched := wanted.intersection(word.group()[:length] for length in lengths):
            start, end = positions[word.start()], positions[word.end() - 1] + 1
            # The end of the word includes combining accents of its last letter.
            following = positions[word.end()] if word.end() < len(positions) else len(text)
            if found and found[-1].end > start:  # one character can be two words: ½
                start, matched = found[-1].start, matched | found.pop().terms
            found.append(Match(start, max(following, end), matched))
    return found
