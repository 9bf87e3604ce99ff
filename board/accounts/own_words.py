"""Words that an attacker would guess: the product's, and the person's name and address. A password needs enough other letters."""

import re
import unicodedata
from collections.abc import Iterable

from board.accounts.leet import fold_lookalikes

PRODUCT = ("searchboard", "childfocus", "child", "focus", "116000")
MIN_OTHER_LETTERS = 6  # required besides these words; two digits count as one letter
MIN_WORD_LENGTH = 3  # shorter words occur in any text
MAX_WORDS = 40  # a name has at most 200 characters


def words_of_person(name: str, email: str) -> list[str]:
    """Return the words of a name and an address: each part, and the complete text."""
    local, _, domain = email.partition("@")
    parts = [*_parts(name), *_parts(local), *_parts(domain.rpartition(".")[0])]
    return [*(_plain(text) for text in (name, local, domain, email)), *parts][:MAX_WORDS]


def is_made_of(password: str, words: Iterable[str]) -> bool:
    """Return whether a password contains one of these words and too little else."""
    folded = _folded(password)
    plain_words = {_plain(word) for word in words}
    return _has_too_little_else(folded, folded, plain_words) or _has_too_little_else(
        folded, fold_lookalikes(folded), {*map(fold_lookalikes, plain_words)}
    )


def _has_too_little_else(written: str, read: str, words: set[str]) -> bool:
    """Return whether the words in `read` leave too few other letters in `written`. Ignores blanks and signs."""
    signs = [(was, sign) for was, sign in zip(written, read, strict=True) if sign.isalnum()]
    covered = _covered("".join(sign for _, sign in signs), words)
    other_signs = [was for (was, _), is_covered in zip(signs, covered, strict=True) if not is_covered]
    letters, digits = sum(other.isalpha() for other in other_signs), sum(other.isdigit() for other in other_signs)
    return any(covered) and letters + digits // 2 < MIN_OTHER_LETTERS


def _covered(text: str, words: set[str]) -> bytearray:
    """Return a flag for each position of a text: 1 if one of the words covers it."""
    covered = bytearray(len(text))
    for word in words:
        if len(word) < MIN_WORD_LENGTH:
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
    """Return a text in lower case, without accents, blanks and signs."""
    return "".join(sign for sign in _folded(text) if sign.isalnum())


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
