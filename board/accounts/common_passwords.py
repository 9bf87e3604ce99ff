"""List of common passwords, read when the first password is set."""

from functools import cache

from board.accounts.leet import readings
from board.paths import DATA

MAX_DIGITS_AROUND = 8  # with more digits around it, a common word is no longer common; a date has eight


def is_common(password: str) -> bool:
    """Return whether a password is in the list, or is a listed word with digits and signs around it."""
    plain = password.casefold().strip()
    if is_listed(plain):
        return True
    end = _trimmed(plain[::-1])[::-1]
    return any(_is_decorated(core, plain) for core in {end, _trimmed(end)})


def is_listed(word: str) -> bool:
    """Return whether a lower-case word is in the list. Scans a megabyte."""
    return "\n" not in word and f"\n{word}\n".encode(errors="replace") in _lines()


def _is_decorated(core: str, password: str) -> bool:
    digits_around = sum(sign.isdigit() for sign in password) - sum(sign.isdigit() for sign in core)
    return bool(core) and digits_around <= MAX_DIGITS_AROUND and any(is_listed(reading) for reading in readings(core))


def _trimmed(text: str) -> str:
    """Return the text without the characters before its first letter."""
    start = next((at for at, sign in enumerate(text) if sign.isalpha()), len(text))
    return text[start:]


@cache
def _lines() -> bytes:
    return b"\n" + (DATA / "common_passwords.txt").read_bytes()
