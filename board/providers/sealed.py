"""Encryption of what only this installation may read: a started sign-in in a cookie, and tokens of providers in the database.

JWE (RFC 7516) with A256GCM, by a key that follows from the secret of the installation and the purpose.
"""

import hashlib
import hmac

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ALGORITHMS = ["dir", "A256GCM"]


class Seal:
    """Encryption for one purpose."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._key = OctKey.import_key(hmac.digest(secret, f"seal {purpose}".encode(), hashlib.sha256))

    def close(self, content: bytes) -> str:
        """Encrypt a content."""
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, content, self._key)

    def open(self, text: str) -> bytes | None:
        """Return the content; None if this installation did not encrypt it for this purpose."""
        try:
            return jwe.decrypt_compact(text, self._key, algorithms=ALGORITHMS).plaintext
        except (JoseError, ValueError):
            return None
