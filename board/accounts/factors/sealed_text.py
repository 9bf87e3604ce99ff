"""Encryption of texts with a key derived from the installation's secret.

A text is bound to a purpose, such as the factor that it belongs to: moved to another row, it can't be read.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12  # of AES-GCM
MAX_SEALED = 1_000  # characters; ours have about 100


def seal(secret: bytes, text: str, purpose: str) -> str:
    """Return the encrypted text in base64url. `secret`: that of the installation."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return urlsafe_b64encode(nonce + _cipher(secret).encrypt(nonce, text.encode(), purpose.encode())).decode()


def unseal(secret: bytes, sealed: str, purpose: str) -> str | None:
    """Return the text; None if it was changed, has another purpose, or was encrypted with another secret."""
    if len(sealed) > MAX_SEALED:
        return None
    try:
        content = urlsafe_b64decode(sealed)
        return _cipher(secret).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], purpose.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(hmac.digest(secret, b"second factors", hashlib.sha256))
