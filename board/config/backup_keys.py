"""Recipients of encrypted backups, and the source of the identity that opens them, as the settings name them."""

from hashlib import sha256
from typing import Any

MAX_RECIPIENTS = 20  # each has a copy of the key in every backup


def recipient_names(value: str) -> list[str]:
    """Return the age recipients of a setting. They are public keys."""
    return [part for part in value.replace(",", " ").split() if part]


def parse_recipients(value: str) -> list[Any]:
    """Return the recipients of a setting as keys. Raises ValueError."""
    from pyrage import RecipientError, x25519  # imported here, because few commands encrypt

    names = recipient_names(value)
    if not 1 <= len(names) <= MAX_RECIPIENTS:
        raise ValueError(f"must name 1 to {MAX_RECIPIENTS} recipients")
    try:
        return [x25519.Recipient.from_str(name) for name in names]
    except RecipientError:
        raise ValueError("must be age recipients separated by spaces, which begin with age1 (age-keygen makes them)") from None


def digest(value: str) -> str:
    """Return a name for a set of recipients, in any order."""
    return sha256(" ".join(sorted(recipient_names(value))).encode()).hexdigest()[:16]
