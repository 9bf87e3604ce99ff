"""Encrypted files of a folder or a bucket, under the names of their plain text.

The stored name ends in the id of the key, so that a listing shows the size of the plain text, and which keys are in use. Files
from before DATA_KEYS was set have no such ending, and are read too.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Union

from board.config.data_keys import DataKeys
from board.files import sealing
from board.files.folder import Folder
from board.files.stored import StoredFile, chain
from board.files.unavailable import FilesUnavailable, Reason
from models.key_ring import is_id

if TYPE_CHECKING:
    from board.files.bucket import Bucket

Place = Union[Folder, "Bucket"]
TRIES = 3  # to find a file that a rotation renames at the same time


class SealedFiles:
    """Files of a place, encrypted by the first key, and read by all. Without keys they are stored as they are."""

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
        """Delete files in each stored form, also of lost keys, and one that a rotation makes at the same time."""
        if self._keys.ring.writing is None:
            return await self._place.delete(keys)
        wanted = set(keys)
        for folder in dict.fromkeys(key.rpartition("/")[0] for key in keys):
            while names := [entry.key async for entry in self._place.list(f"{folder}/") if split(entry.key)[0] in wanted]:
                await self._place.delete(names)
        return None

    async def list(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield each file once. Raises FilesUnavailable if one is encrypted and there are no keys at all."""
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
        """Yield the files under their stored names."""
        async for entry in self._place.list(prefix):
            yield entry

    async def renew(self, name: str) -> bool:
        """Encrypt a file by the first key; return False if it was deleted in the meantime. Idempotent."""
        key, id = split(name)
        writing = self._keys.ring.writing
        if writing is None or id == writing:
            return False
        new = _name(key, writing)
        if not await self._exists(new):
            try:
                pieces = self._open(name)
                await self.put(key, chain(await anext(pieces, b""), pieces))
            except FileNotFoundError:
                return False
        if not await self._exists(name):  # a deletion may not have seen the new one
            await self._place.delete([new])
            return False
        await self._place.delete([name])
        return True

    # -- names --------------------------------------------------------------------------------------------------------

    def _names(self, key: str) -> Iterator[str]:
        yield from (_name(key, id) for id in self._keys.ring)
        yield key

    async def _opened(self, key: str) -> tuple[AsyncIterator[bytes], bytes]:
        """Return the content of a file, and its first piece. Raises FileNotFoundError."""
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
            raise FilesUnavailable(Reason.KEY)
        return sealing.unseal(secret, key, pieces)

    async def _look_for(self, key: str) -> None:
        """Look for another stored form of a file. Raises FileNotFoundError, or FilesUnavailable if its key is lost."""
        async for entry in self._place.list(f"{key.rpartition('/')[0]}/"):
            found, id = split(entry.key)
            if found == key:
                if id is not None and id not in self._keys.ring:
                    raise FilesUnavailable(Reason.KEY)
                return
        raise FileNotFoundError(key)

    async def _exists(self, name: str) -> bool:
        try:
            await self._place.size(name)
        except FileNotFoundError:
            return False
        return True


def split(name: str) -> tuple[str, str | None]:
    """Return the name of a file, and the id of its key; None if it is not encrypted."""
    key, _, id = name.rpartition(".")
    return (key, id) if key and is_id(id) else (name, None)


def _name(key: str, id: str) -> str:
    return f"{key}.{id}"


def _plain(name: str, stored: int) -> int:
    return stored if split(name)[1] is None else sealing.plain_size(stored)
