"""Encryption of short texts that only this installation may read: secrets of factors, pending sign-ins, tokens of providers.

The key is derived from the secret of the installation. A text is bound to a purpose, such as its factor. After a move to another
row, it can't be read.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12  # of AES-GCM
MAX_SEALED = 100_000  # characters; a token of a provider has a few thousand, other texts about 100
KEY = b"second factors"  # frozen: stored factors are encrypted with the key of this name


class Seal:
    """Encryption of texts for one purpose. `secret`: the installation's secret."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._cipher = AESGCM(hmac.digest(secret, KEY, hashlib.sha256))
        self._purpose = purpose.encode()

    def close(self, text: str) -> str:
        """Return the encrypted text in base64url."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), self._purpose)).decode()

    def open(self, sealed: str) -> str | None:
        """Return the text; None if it was changed, has another purpose, or was encrypted with another secret."""
        if len(sealed) > MAX_SEALED:
            return None
        try:
            content = urlsafe_b64decode(sealed)
            return self._cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], self._purpose).decode()
        except (InvalidTag, ValueError):
            return None
