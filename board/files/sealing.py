"""Encryption of one file: in chunks, with AES-256-GCM, and with a key that is derived for each file from a key of the ring.

A chunk is bound to its position and to the name of the file. So a file that was cut, reordered, or exchanged with another one
can't be read. This is the STREAM construction, which the age format also uses.
"""

import hmac
import secrets
from collections.abc import AsyncIterator, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from board.files.unavailable import FileDamaged

MAGIC = b"SBF1"
SALT_BYTES, TAG_BYTES, CHUNK_BYTES = 16, 16, 64 * 1024
HEADER_BYTES = len(MAGIC) + SALT_BYTES
_STORED_CHUNK = CHUNK_BYTES + TAG_BYTES


def plain_size(stored: int) -> int:
    """Return the size of a file in bytes, from the size of its encrypted form."""
    chunks = stored - HEADER_BYTES
    return max(0, chunks - -(-chunks // _STORED_CHUNK) * TAG_BYTES)


def seal_whole(key: bytes, name: str, content: bytes) -> bytes:
    """Return the encrypted form of a file in memory."""
    file = _File(key, name, secrets.token_bytes(SALT_BYTES))
    return MAGIC + file.salt + b"".join(file.seal(chunk, is_last) for chunk, is_last in _chunks(content))


async def seal(key: bytes, name: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the encrypted form of a file."""
    file, buffer = _File(key, name, secrets.token_bytes(SALT_BYTES)), bytearray()
    yield MAGIC + file.salt
    async for piece in pieces:
        buffer += piece
        while len(buffer) > CHUNK_BYTES:  # the last chunk is never empty, unless the file is
            yield file.seal(bytes(buffer[:CHUNK_BYTES]), is_last=False)
            del buffer[:CHUNK_BYTES]
    yield file.seal(bytes(buffer), is_last=True)


async def unseal(key: bytes, name: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a file from its encrypted form. Raises FileDamaged if it was changed, or if its end is missing."""
    file, buffer = None, bytearray()
    async for piece in pieces:
        buffer += piece
        if file is None and len(buffer) >= HEADER_BYTES:
            file = _File(key, name, _salt(buffer))
            del buffer[:HEADER_BYTES]
        while file is not None and len(buffer) > _STORED_CHUNK:
            yield file.unseal(bytes(buffer[:_STORED_CHUNK]), is_last=False)
            del buffer[:_STORED_CHUNK]
    if file is None:
        raise FileDamaged
    yield file.unseal(bytes(buffer), is_last=True)


def _salt(start: bytearray) -> bytes:
    if not start.startswith(MAGIC):
        raise FileDamaged
    return bytes(start[len(MAGIC) : HEADER_BYTES])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bool]]:
    for start in range(0, max(1, len(content)), CHUNK_BYTES):
        yield content[start : start + CHUNK_BYTES], start + CHUNK_BYTES >= len(content)


class _File:
    """Cipher of one file. Its key is used for nothing else, so that chunk numbers are safe nonces."""

    def __init__(self, key: bytes, name: str, salt: bytes) -> None:
        self.salt = salt
        self._cipher, self._name, self._number = AESGCM(hmac.digest(key, b"file\0" + salt, "sha256")), name.encode(), 0

    def seal(self, chunk: bytes, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(is_last), chunk, self._name)

    def unseal(self, chunk: bytes, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(is_last), chunk, self._name)
        except (InvalidTag, ValueError):
            raise FileDamaged from None

    def _nonce(self, is_last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return number.to_bytes(11) + bytes([is_last])
