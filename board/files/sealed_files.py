"""Encrypted files of a folder or a bucket. Callers use the plain names.

The stored name ends in the id of the key, so that a listing shows the size of the plain text, and which keys are in use. Files
that are older than DATA_KEYS lack this ending, and can still be read.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Union

from board.config.data_keys import DataKeys
from board.files import sealing
from board.files.folder import Folder
from board.files.stored import StoredFile, chain, is_key
from board.files.unavailable import FileDamaged, FilesUnavailable, KeyLost, Reason
from models.key_ring import is_id

if TYPE_CHECKING:
    from board.files.bucket import Bucket

Place = Union[Folder, "Bucket"]
IsLive = Callable[[str], Awaitable[bool]]
TRIES = 3  # attempts to find a file that a rotation renames at the same time
MAX_DELETIONS = 5  # listings of a folder in one deletion, because a rotation may add a name for each file


class SealedFiles:
    """Files of a folder or bucket, encrypted with the first key, and readable with all keys. Without keys, they are stored in
    plain text."""

    def __init__(self, place: Place, keys: DataKeys) -> None:
        self._place, self._keys = place, keys

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        id = self._keys.ring.writing
        if id is None:
            return await self._place.put(key, content)
        secret = self._keys.ring[id]
        is_whole = isinstance(content, bytes)
        sealed = sealing.seal_whole(secret, key, content) if is_whole else sealing.seal(secret, key, content)  # type: ignore[arg-type]
        return await self._place.put(_name(key, id), sealed)

    async def get(self, key: str) -> AsyncIterator[bytes]:
        pieces, first = await self._opened(key)
        try:
            if first:
                yield first
                async for piece in pieces:
                    yield piece
        finally:
            await pieces.aclose()  # type: ignore[attr-defined]

    async def size(self, key: str) -> int:
        for _ in range(TRIES):
            for name in self._names(key):
                try:
                    return _plain(name, await self._place.size(name))
                except FileNotFoundError:
                    continue
            await self._look_for(key)
        raise FileNotFoundError(key)

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete files in all stored forms: also those of lost keys, and those that a rotation writes at the same time.

        Raises FilesUnavailable if the store fails, or if a file is encrypted and there are no keys.
        """
        wanted = set(keys)
        for folder in dict.fromkeys(key.rpartition("/")[0] for key in keys):
            await self._delete_in(f"{folder}/", wanted)

    async def _delete_in(self, folder: str, wanted: set[str]) -> None:
        for _ in range(MAX_DELETIONS):
            names = [entry.key async for entry in self._place.list(folder) if split(entry.key)[0] in wanted]
            if not names:
                return
            if self._keys.ring.writing is None and any(split(name)[1] for name in names):
                raise FilesUnavailable(Reason.KEY)
            await self._place.delete(names)
        raise FilesUnavailable(Reason.FAILED)

    async def list(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield each file once. Raises FilesUnavailable if the store fails, or if a file is encrypted and there are no keys."""
        seen = set[str]()
        async for entry in self._place.list(prefix):
            key, id = split(entry.key)
            if id is not None and self._keys.ring.writing is None:
                raise FilesUnavailable(Reason.KEY)
            if self._keys.ring.writing is not None:  # two forms of one file can exist during a rotation
                if key in seen:
                    continue
                seen.add(key)
            yield StoredFile(key, _plain(entry.key, entry.size), entry.changed_at)

    async def close(self) -> None:
        await self._place.close()

    # -- rotation -----------------------------------------------------------------------------------------------------

    async def stored(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield the files under their stored names. Other files in the folder are skipped."""
        async for entry in self._place.list(prefix):
            if is_key(split(entry.key)[0]):
                yield entry

    async def renew(self, name: str, is_live: IsLive) -> bool:
        """Encrypt a file with the first key; return False if it was deleted in the meantime. Idempotent.

        `is_live`: returns whether a file is not deleted. Raises FilesUnavailable if the file can't be read or verified; its old
        form then stays.
        """
        key, id = split(name)
        writing = self._keys.ring.writing
        if writing is None or id == writing:
            return False
        try:
            await self._write_again(name, key, _name(key, writing))
        except FileNotFoundError:
            return False
        if await self._exists(name):
            await self._place.delete([name])
            return True
        if not await is_live(key):  # its deletion may not have seen the new form; another rotation deletes only the old form
            await self._place.delete([_name(key, writing)])
        return False

    async def _write_again(self, name: str, key: str, new: str) -> None:
        """Write the new form of a file, unless it exists, and verify it. Raises FileNotFoundError if the file is missing,
        FilesUnavailable if it can't be read or verified."""
        if await self._is_readable(new):
            digest = await _digest(self._open(name))
        else:
            pieces = _Digested(self._open(name))
            await self.put(key, chain(await anext(pieces, b""), pieces))
            digest = pieces.sha256.digest()
        if await _digest(self._open(new)) != digest:
            raise FileDamaged

    async def _is_readable(self, name: str) -> bool:
        try:
            await _digest(self._open(name))
        except (FileNotFoundError, FileDamaged):
            return False
        return True

    # -- names --------------------------------------------------------------------------------------------------------

    def _names(self, key: str) -> Iterator[str]:
        yield from (_name(key, id) for id in self._keys.ring)
        yield key

    async def _opened(self, key: str) -> tuple[AsyncIterator[bytes], bytes]:
        """Return the content of a file, and its first piece. Raises FileNotFoundError if there is no such file."""
        for _ in range(TRIES):
            for name in self._names(key):
                pieces = self._open(name)
                try:
                    return pieces, await anext(pieces, b"")
                except FileNotFoundError:
                    continue
            await self._look_for(key)
        raise FileNotFoundError(key)

    def _open(self, name: str) -> AsyncIterator[bytes]:
        key, id = split(name)
        pieces = self._place.get(name)
        if id is None:
            return pieces
        secret = self._keys.ring.get(id)
        if secret is None:
            raise KeyLost(id)
        return sealing.unseal(secret, key, pieces)

    async def _look_for(self, key: str) -> None:
        """Look for another stored form of a file. Raises FileNotFoundError if there is none, KeyLost if its key is lost."""
        async for entry in self._place.list(f"{key.rpartition('/')[0]}/"):
            found, id = split(entry.key)
            if found == key:
                if id is not None and id not in self._keys.ring:
                    raise KeyLost(id)
                return
        raise FileNotFoundError(key)

    async def _exists(self, name: str) -> bool:
        try:
            await self._place.size(name)
        except FileNotFoundError:
            return False
        return True


def split(name: str) -> tuple[str, str | None]:
    """Return the plain name of a file, and the id of its key: None if it is not encrypted, or not a file of the store."""
    key, _, id = name.rpartition(".")
    return (key, id) if is_id(id) and is_key(key) else (name, None)


def _name(key: str, id: str) -> str:
    return f"{key}.{id}"


def _plain(name: str, stored: int) -> int:
    return stored if split(name)[1] is None else sealing.plain_size(stored)


class _Digested:
    """Pieces of a file, and their digest."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self.sha256 = hashlib.sha256()
        self._pieces = pieces

    def __aiter__(self) -> "_Digested":
        return self

    async def __anext__(self) -> bytes:
        piece = await anext(self._pieces)
        self.sha256.update(piece)
        return piece


async def _digest(pieces: AsyncIterator[bytes]) -> bytes:
    digested = _Digested(pieces)
    async for _ in digested:
        pass
    return digested.sha256.digest()
