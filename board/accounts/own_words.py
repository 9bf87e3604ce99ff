"""Words that a guesser knows: those of the product, and name and address of the person. A password needs more than these."""

import re
import unicodedata
from collections.abc import Iterable

from board.accounts.leet import alike

PRODUCT = ("searchboard", "childfocus", "child", "focus", "116000")
LEAST = 6  # letters that have to be left without the known words; two digits count as one letter
SHORTEST_WORD = 3  # shorter ones are found in any text
MOST_WORDS = 40  # a name has at most 200 characters


def of_person(name: str, email: str) -> list[str]:
    """Return the words of a name and an address: each part, and parts together."""
    local, _, domain = email.partition("@")
    parts = [*_parts(name), *_parts(local), *_parts(domain.rpartition(".")[0])]
    return [*(_plain(each) for each in (name, local, domain, email)), *parts][:MOST_WORDS]


def is_made_of(password: str, words: Iterable[str]) -> bool:
    """Say whether a password has one of these words in it, and too little beside them."""
    folded = _folded(password)
    known = {_plain(word) for word in words}
    return _says_too_little(folded, folded, known) or _says_too_little(folded, alike(folded), {*map(alike, known)})


def _says_too_little(written: str, read: str, words: set[str]) -> bool:
    """Look for words in a text as it is read; count what is left as it is written. Blanks and signs count nothing."""
    signs = [(was, sign) for was, sign in zip(written, read, strict=True) if sign.isalnum()]
    covered = _covered("".join(sign for _, sign in signs), words)
    left = [was for (was, _), is_covered in zip(signs, covered, strict=True) if not is_covered]
    letters, digits = sum(each.isalpha() for each in left), sum(each.isdigit() for each in left)
    return any(covered) and letters + digits // 2 < LEAST


def _covered(text: str, words: set[str]) -> bytearray:
    """Return a mark for each place of a text that one of the words covers."""
    covered = bytearray(len(text))
    for word in words:
        if len(word) < SHORTEST_WORD:
            continue
        at, end = text.find(word), 0
        while at >= 0:
            covered[max(at, end) : at + len(word)] = b"\1" * (at + len(word) - max(at, end))
            end = at + len(word)
            at = text.find(word, at + 1)
    return covered


def _parts(text: str) -> list[str]:
    return [_plain(part) for part in re.split(r"[\W_]+", text)]


def _plain(text: str) -> str:
    """Return a text without case, accents, blanks and signs."""
    return "".join(each for each in _folded(text) if each.isalnum())


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))
