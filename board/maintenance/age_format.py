"""Reader for the parts of a file in the age format (age-encryption.org/v1) that need no identity."""

from pathlib import Path
from typing import BinaryIO

from board.errors import OperationError

MAGIC = b"age-encryption.org/v1\n"
CHUNK_BYTES = 64 * 1024  # of plain text; each chunk has a tag
TAG_BYTES = 16
NONCE_BYTES = 16
MAC_LINE_BYTES = 48  # the last line of a header
MAX_HEADER_BYTES = 64 * 1024


def is_encrypted(path: Path) -> bool:
    """Return whether a file begins like one in the age format."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def plain_size(path: Path) -> int:
    """Return the number of bytes that an encrypted file contains, without opening it. Raises OperationError if it is damaged."""
    with path.open("rb") as file:
        chunks_size = path.stat().st_size - header_size(file) - NONCE_BYTES
    chunk_count = -(-chunks_size // (CHUNK_BYTES + TAG_BYTES))
    return chunks_size - chunk_count * TAG_BYTES


def header_size(file: BinaryIO) -> int:
    """Return the size of the header of an encrypted file, and rewind the file. Raises OperationError if it is damaged."""
    file.seek(0)
    start = file.read(MAX_HEADER_BYTES)
    file.seek(0)
    mac = start.find(b"\n--- ")
    if not start.startswith(MAGIC) or mac < 0:
        raise OperationError("A file of the backup is not in the age format, or is damaged.")
    return mac + 1 + MAC_LINE_BYTES
