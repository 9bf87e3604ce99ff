"""What can be found by its words: a row keeps them folded, so that the database can look for them, alike in both."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import ClassVar, NamedTuple

from sqlmodel import Field

from models.entity import Entity

_WORD = re.compile(r"[^\W_]+")
_LETTER_REPLACEMENTS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
)
_DROPPED_CATEGORIES = ("Mn", "Cf")  # accents, and signs that are not seen


class Match(NamedTuple):
    """Of a text, the word from `start` to before `end`, and those of the sought ones with which it begins."""

    start: int
    end: int
    terms: set[str]


class Searchable(Entity):
    """`folded` is in no state: " red jacket", each word once, with a space before it."""

    KIND: ClassVar[str]

    folded: str = Field(default="", sa_column_kwargs={"server_default": ""})

    def searchable_texts(self) -> dict[str, str | None]:
        """What is sought in, by the names of the fields: what a reader may see, and nothing of who a source is."""
        raise NotImplementedError

    def update_folded(self) -> None:
        """Keeps the words as they are now."""
        self.folded = folded_text(self.searchable_texts().values())


def folded_text(texts: Iterable[str | None]) -> str:
    return "".join(f" {word}" for word in dict.fromkeys(word for text in texts if text for word in words(text)))


def words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return _WORD.findall(normalize(text))


def normalize(text: str) -> str:
    """A text without accents and capitals, sign by sign: that of two texts is those of both, one after the other."""
    return text.lower() if text.isascii() else "".join(map(_normalize_character, text))


@lru_cache(maxsize=4_096)
def _normalize_character(sign: str) -> str:
    """One by one: to bring thousands of accents on one letter into their order takes the square of their number."""
    parts = unicodedata.normalize("NFKD", sign)
    return (
        "".join(part for part in parts if unicodedata.category(part) not in _DROPPED_CATEGORIES)
        .casefold()
        .translate(_LETTER_REPLACEMENTS)
    )


def find_matches(text: str, sought: Collection[str]) -> list[Match]:
    """Where the words of a text are that begin with one of these."""
    signs: Sequence[int] = range(len(text)) if text.isascii() else [at for at, sign in enumerate(text) for _ in normalize(sign)]
    wanted, lengths = set(sought), {len(each) for each in sought}  # fewer lengths than words
    found: list[Match] = []
    for word in _WORD.finditer(normalize(text)):
        if begun := wanted.intersection(word.group()[:length] for length in lengths):
            start, end = signs[word.start()], signs[word.end() - 1] + 1
            following = signs[word.end()] if word.end() < len(signs) else len(text)  # accents of its own are before that
            if found and found[-1].end > start:  # ½ is two words
                start, begun = found[-1].start, begun | found.pop().terms
            found.append(Match(start, max(following, end), begun))
    return found
