"""What may be a password: long enough, none of the commonest, and not who it is of. Length counts, not shapes (NIST SP
800-63B, 3.1.1.2). Each asks for a fault, and gives the sentence that says it, or None."""

from functools import cache

from board.places import DATA
from board.words import N_

SHORTEST, LONGEST = 10, 1_000  # characters


def fault(password: str) -> str | None:
    """What is wrong with it, whoever it is of."""
    if len(password) < SHORTEST:
        return N_("A password has at least 10 characters.")
    if len(password) > LONGEST:
        return N_("A password has at most 1,000 characters.")
    if password.casefold().strip() in commonest():
        return N_("This password is one of the commonest: whoever guesses tries it first.")
    return None


def own_fault(password: str, name: str, email: str) -> str | None:
    """What is wrong with it as this person's."""
    plain = _plain(password)
    if plain in (_plain(name), _plain(email), _plain(email.partition("@")[0])):
        return N_("This password is your own name or e-mail address: whoever guesses tries it first.")
    return None


@cache
def commonest() -> frozenset[str]:
    lines = (DATA / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _plain(text: str) -> str:
    """As somebody who guesses reads it: without case and blanks."""
    return "".join(text.casefold().split())
