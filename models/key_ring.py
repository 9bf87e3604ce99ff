"""Keys that encrypt confidential values at rest: the first one encrypts, all decrypt.

A key has an id, which follows from it, and which is stored with each value. So it is known which keys are in use.
"""

import hashlib
from base64 import b64decode
from collections.abc import Iterable

KEY_BYTES = 32
ID_LENGTH = 12  # hexadecimal digits
MAX_KEYS = 20  # a rotation needs two
_DIGITS = frozenset("0123456789abcdef")


class KeyRing(dict[str, bytes]):
    """Keys by id, the encrypting one first. An empty ring encrypts nothing."""

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Return the keys of a text: one in base64 a line; lines that begin with # are comments.

        Raises ValueError, whose text never quotes a key.
        """
        lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
        keys = [_key(number, line) for number, line in lines if line and not line.startswith("#")]
        if not keys:
            raise ValueError("contains no key")
        if len(keys) > MAX_KEYS:
            raise ValueError(f"contains {len(keys):,} keys; at most {MAX_KEYS} are read")
        return cls.of(keys)

    @classmethod
    def of(cls, keys: Iterable[bytes]) -> "KeyRing":
        return cls((key_id(key), key) for key in keys)

    def led_by(self, id: str) -> "KeyRing":
        """Return the same keys, with this one first."""
        return KeyRing({id: self[id]} | self)

    @property
    def writing(self) -> str | None:
        """Id of the key that encrypts; None if nothing is encrypted."""
        return next(iter(self), None)


def key_id(key: bytes) -> str:
    return hashlib.sha256(b"id of a data key\0" + key).hexdigest()[:ID_LENGTH]


def is_id(text: str) -> bool:
    return len(text) == ID_LENGTH and _DIGITS.issuperset(text)


def _key(number: int, line: str) -> bytes:
    try:
        key = b64decode(line.translate(str.maketrans("-_", "+/")), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"has a line {number} that is not a key of {KEY_BYTES} bytes in base64")
    return key
