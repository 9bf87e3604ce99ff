"""Encryption of files in the age format (age-encryption.org/v1): encrypted to recipients, opened with identities."""

from pathlib import Path
from typing import Any, BinaryIO

from pyrage import DecryptError, EncryptError, decrypt_file, decrypt_io, encrypt_file

from board.errors import OperationError
from board.maintenance.age_format import CHUNK_BYTES, NONCE_BYTES, TAG_BYTES, header_size, plain_size


def encrypt(source: Path, target: Path, recipients: list[Any]) -> None:
    """Encrypt a file, and check that the result is complete. Raises OperationError, OSError."""
    try:
        encrypt_file(str(source), str(target), recipients)
    except EncryptError as error:
        raise OperationError(f"The backup can't be encrypted: {error}.") from error
    if plain_size(target) != source.stat().st_size:
        raise OperationError("The encrypted backup is incomplete. It was deleted.")


def decrypt(source: Path, target: Path, identities: list[Any]) -> None:
    """Decrypt a file. Raises OperationError if no identity opens it, or if it is damaged."""
    if not can_open(source, identities):
        raise OperationError(f"No identity of the settings opens {source}: it is encrypted for someone else, or damaged.")
    try:
        decrypt_file(str(source), str(target), identities)
    except (DecryptError, OSError) as error:
        raise OperationError(f"The backup {source} can't be decrypted: it is damaged, or the disk is full.") from error


def can_open(path: Path, identities: list[Any]) -> bool:
    """Return whether one of the identities opens a file. Reads its header and first chunk only."""
    with path.open("rb") as file:
        start = _Start(file, header_size(file) + NONCE_BYTES + CHUNK_BYTES + TAG_BYTES)
        sink = _Sink()
        try:
            decrypt_io(start, sink, identities)
        except (DecryptError, OSError):  # the rest of the file is not read
            return sink.is_opened
    return True


class _Start:
    """First bytes of a file, for a reader that would otherwise read all of it."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece


class _Sink:
    """Writer that keeps nothing."""

    is_opened = False

    def write(self, piece: bytes) -> int:
        self.is_opened = self.is_opened or bool(piece)
        return len(piece)

    def flush(self) -> None:
        pass
