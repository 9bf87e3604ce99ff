"""Finding a caller or contact by name, telephone or e-mail address in stored values."""

import re
from collections.abc import Iterator
from typing import Any

import phonenumbers

from models.searchable import normalize, words
from models.telephone import REGION

MIN_DIGITS = 6  # digits of a telephone number; fewer match too many numbers
MIN_LETTERS = 3  # letters of the longest word of a name
TAIL = 8  # last digits to compare: people type numbers with and without the country code
_NUMBER = re.compile(r"\d(?:[\s./()\-\u00a0]{0,3}\d){5,}")
_NO_DIGIT = re.compile(r"\D")


class PersonMatch:
    """Comparison of texts with a person's name, forwards and backwards, and with a telephone number or an e-mail address."""

    def __init__(self, name: str, reach: str) -> None:
        parts = words(name)
        self._names = {f" {' '.join(order)} " for order in (parts, parts[::-1])} if parts else set[str]()
        self._rarest = max(parts, key=len, default="")
        self._email = normalize(reach.strip()) if "@" in reach else ""
        self._tail = "" if self._email else _national(reach)[-TAIL:]

    @property
    def is_usable(self) -> bool:
        """Return whether the name, number or address is long enough to identify one person."""
        return len(self._rarest) >= MIN_LETTERS or bool(self._email) or len(self._tail) >= MIN_DIGITS

    def matches(self, text: str) -> bool:
        """Return whether a text contains the name, the telephone number or the e-mail address."""
        if not self.may_be_in(text):
            return False
        folded = normalize(text)
        if self._email and self._email in folded:
            return True
        if self._names and any(name in f" {' '.join(words(text))} " for name in self._names):
            return True
        return bool(self._tail) and any(self._is_number(number) for number in _NUMBER.findall(text))

    def may_be_in(self, text: str) -> bool:
        """Return False if a text, or the JSON of texts, certainly does not match. Cheaper than `matches`."""
        folded = normalize(text)
        if (self._rarest and self._rarest in folded) or (self._email and self._email in folded):
            return True
        return bool(self._tail) and self._tail in _NO_DIGIT.sub("", text)

    def paths(self, value: Any, path: str) -> Iterator[str]:
        """Yield the paths of the texts in a value that match."""
        if isinstance(value, str):
            if self.matches(value):
                yield path
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from self.paths(item, f"{path}.{key}")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.paths(item, f"{path}.{index}")

    def _is_number(self, text: str) -> bool:
        return _NO_DIGIT.sub("", text).endswith(self._tail)


def _national(text: str) -> str:
    """Return the digits of a telephone number without the country code."""
    try:
        return str(phonenumbers.parse(text, REGION).national_number)
    except phonenumbers.NumberParseException:
        return _NO_DIGIT.sub("", text)
