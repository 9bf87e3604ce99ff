"""Full-text search: a row stores its words in normalized form, so that SQLite and PostgreSQL find the same."""

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
    """Word of a text from `start` to before `end`. `terms`: search terms that it begins with."""

    start: int
    end: int
    terms: set[str]


class Searchable(Entity):
    """Entity that can be found by its words. `folded`: its normalized words without repetition, each after a space: " red
    jacket". Not part of the state."""

    folded: str = Field(default="", sa_column_kwargs={"server_default": ""})


def folded_text(texts: Iterable[str | None]) -> str:
    """Return the normalized words of some texts without repetition, with a space before each."""
    unique_words: dict[str, None] = {}
    for text in texts:
        if text:
            unique_words.update(dict.fromkeys(words(text)))
    return f" {' '.join(unique_words)}" if unique_words else ""


def words(text: str) -> list[str]:
    """Return the words of a text in normalized form."""
    return _WORD.findall(normalize(text))


def normalize(text: str) -> str:
    """Return a text without accents and capitals.

    Character by character, so that a normalized concatenation equals the concatenation of the normalized parts.
    """
    return text.lower() if text.isascii() else "".join(map(_normalize_character, text))


@lru_cache(maxsize=4_096)
def _normalize_character(character: str) -> str:
    """Normalize one character. An entire text would take quadratic time if thousands of accents are on one letter."""
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
    wanted_terms, lengths = set(terms), {len(term) for term in terms}  # there are fewer lengths than terms
    matches: list[Match] = []
    for word in _WORD.finditer(normalize(text)):
        if matched_terms := wanted_terms.intersection(word.group()[:length] for length in lengths):
            start, end = positions[word.start()], positions[word.end() - 1] + 1
            # The end of the word includes combining accents of its last letter.
            following = positions[word.end()] if word.end() < len(positions) else len(text)
            if matches and matches[-1].end > start:  # one character can be two words: ½
                start, matched_terms = matches[-1].start, matched_terms | matches.pop().terms
            matches.append(Match(start, max(following, end), matched_terms))
    return matches
