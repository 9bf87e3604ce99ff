"""Rules for passwords: long enough, not common, not predictable, and not made of words that belong to the account.

Length counts, not character classes (NIST SP 800-63B, 3.1.1.2). Each rule returns a sentence about the problem, or None.
"""

from board.accounts import common_passwords, own_words, predictable_passwords
from board.i18n import N_

MIN_LENGTH, MAX_LENGTH = 10, 1_000  # characters


def problem(password: str) -> str | None:
    """Return the problem of a password for any account, or None."""
    if len(password) < MIN_LENGTH:
        return N_("Use at least 10 characters.")
    if len(password) > MAX_LENGTH:
        return N_("Use at most 1,000 characters.")
    if common_passwords.is_common(password):
        return N_("This password is too common. Choose one that is hard to guess.")
    if predictable_passwords.is_predictable(password):
        return N_("This password repeats itself, or follows the alphabet or the keyboard. Use four or five words instead.")
    if own_words.is_made_of(password, own_words.PRODUCT):
        return N_("This password is based on the name of Searchboard or of Child Focus. Use four or five other words.")
    return None


def personal_problem(password: str, name: str, email: str) -> str | None:
    """Return the problem of a password for the person with this name and address, or None."""
    if own_words.is_made_of(password, [*own_words.PRODUCT, *own_words.words_of_person(name, email)]):
        return N_("This password is based on your own name or e-mail address. Use four or five other words.")
    return None
