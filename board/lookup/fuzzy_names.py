"""Fuzzy comparison of names: ignores accents and hyphens, and tolerates a wrong letter."""

import re
import unicodedata
from functools import lru_cache

_SAINT = {"saint", "sainte", "sint", "sankt", "ste"}


def normalize_name(text: str) -> str:
    """Return a name in its form for comparison: `Sint-Niklaas` and `saint niklaas` become `st niklaas`."""
    text = text.replace("œ", "oe").replace("Œ", "Oe").replace("ß", "ss").replace("’", "'")
    plain = text.lower() if text.isascii() else "".join(map(_plain_sign, text))
    return " ".join("st" if word in _SAINT else word for word in re.sub(r"[^a-z0-9]+", " ", plain).split())


@lru_cache(maxsize=4_096)
def _plain_sign(sign: str) -> str:
    """Normalize one character. Normalizing a whole text takes quadratic time if thousands of accents are on one letter."""
    return unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode().lower()


def prefix_edit_distance(typed: str, text: str, limit: int) -> int:
    """Return the number of wrong, missing, extra or swapped letters of `typed` against the best prefix of `text`.

    Stops at `limit + 1`.
    """
    before: list[int] = []
    row = list(range(len(text) + 1))
    for i, letter in enumerate(typed, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(text, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == text[j - 2] and typed[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(before) >= limit:
            return limit + 1
    return min(row)
