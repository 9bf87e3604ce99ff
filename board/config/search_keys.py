"""Keys of searches: one age identity for each, in a file that is separate from the database and its backups.

`board backup` seals everything about a search with its key. Erasing the search overwrites the key, so that earlier backups
have nothing readable about it.

The file is text. Each line has a fixed length, so that a key is overwritten in place. Writing a new file would leave the old key
on the disk.
"""

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from board.config.secret_file import is_exposed
from board.errors import OperationError

KEY_LENGTH = 74  # characters of an age identity
DESTROYED = "-" * KEY_LENGTH
_LINE = re.compile(r"([0-9a-f-]{36}) (AGE-SECRET-KEY-1[0-9A-Z]{58}|-[-0-9A-Z]{73})\n")  # also matches a partly overwritten key
_LENGTH = 36 + 1 + KEY_LENGTH + 1


class KeyState(StrEnum):
    """State of the key of a search."""

    PRESENT = "present"
    DESTROYED = "destroyed"
    UNKNOWN = "unknown"  # this file never had the key, or lost its line


class SearchKeys:
    """File with the keys of all searches, as it was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, str] = {}

    @classmethod
    def read(cls, path: Path) -> "SearchKeys":
        """Read the keys; none if the file does not exist. Raises OperationError if it is damaged or exposed."""
        keys = cls(path)
        if path.exists():
            with _opened(path, os.O_RDONLY) as file:
                keys._keys = _parse(path, _content(file))
        return keys

    def state(self, search: str) -> KeyState:
        key = self._keys.get(search)
        return KeyState.UNKNOWN if key is None else KeyState.DESTROYED if key == DESTROYED else KeyState.PRESENT

    def recipient(self, search: str) -> Any:
        return self.identity(search).to_public()

    def identity(self, search: str) -> Any:
        from pyrage import x25519  # imported here, because few commands encrypt

        return x25519.Identity.from_str(self._keys[search])

    def add(self, searches: list[str]) -> None:
        """Create the missing keys, durably. A destroyed key stays destroyed. Raises OperationError."""
        from pyrage import x25519

        with _opened(self._path, os.O_RDWR | os.O_CREAT) as file:
            self._keys = _parse(self._path, _content(file))
            created = {search: str(x25519.Identity.generate()) for search in searches if search not in self._keys}
            lines = "".join(f"{search} {key}\n" for search, key in created.items())
            end = len(self._keys) * _LENGTH
            os.ftruncate(file, end)  # removes a partly written last line
            _write(file, lines.encode(), end)
            self._keys |= created


def destroy(path: Path, search: str) -> None:
    """Overwrite the key of a search, durably; a search without one gets a line, so that it never gets a key. Idempotent.

    Raises OperationError if the file can't be used, or does not exist, because the key may be in a file on another machine.
    """
    line = f"{search} {DESTROYED}\n".encode()
    with _opened(path, os.O_RDWR) as file:
        names = list(_parse(path, _content(file)))
        number = names.index(search) if search in names else len(names)
        _write(file, line, number * _LENGTH)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """Yield the locked file. Raises OperationError."""
    try:
        is_new = not path.exists()
        file = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if is_exposed(path):
                raise OperationError(f"Others can read the keys of searches in {path}. Run: chmod 600 {path}.")
            fcntl.flock(file, fcntl.LOCK_SH if flags == os.O_RDONLY else fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)
        if is_new:
            _sync_folder(path.parent)
    except OSError as error:
        raise OperationError(f"The keys of searches in {path} can't be used: {error.strerror}.") from error


def _content(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)


def _parse(path: Path, content: bytes) -> dict[str, str]:
    """Return the keys by search. Ignores a partly written last line. Raises OperationError if another line is damaged."""
    keys: dict[str, str] = {}
    for start in range(0, len(content) - len(content) % _LENGTH, _LENGTH):
        match = _LINE.fullmatch(content[start : start + _LENGTH].decode("ascii", "replace"))
        if match is None or match[1] in keys:
            raise OperationError(f"The keys of searches in {path} are damaged at line {start // _LENGTH + 1}. Restore the file.")
        keys[match[1]] = DESTROYED if match[2].startswith("-") else match[2]
    return keys


def _write(file: int, content: bytes, position: int) -> None:
    if os.pwrite(file, content, position) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file)


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
