"""Store of the bytes of photos and files, in the folder or the bucket that FILES_URL names.

Keys contain only ids that the program made: `uploads/<upload>/<part>` and `files/<file>/original`, `/thumb` or `/view`, never a
name that a person gave.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy import make_url

from board.config.data_keys import DataKeys
from board.config.settings import FILES_SUFFIX, Settings
from board.files.folder import Folder
from board.files.sealed_files import IsLive, Place, SealedFiles
from board.files.stored import PIECE_BYTES, StoredFile, is_key
from board.files.unavailable import FilesUnavailable, Reason

log = structlog.get_logger()

_PREFIX = re.compile(r"(uploads|files)/([0-9A-Za-z_-]{1,64}/?)?")


class FileStore:
    """Store of files, one per process. A write is atomic, and durable when the call returns.

    Every method raises FilesUnavailable if the store fails. Methods that read a file raise FileNotFoundError if it is missing.
    """

    def __init__(self, place: Place | None, keys: DataKeys | None = None) -> None:
        """`keys`: keys that encrypt the files; without keys, the files are stored in plain text."""
        self._place = place
        self._backend = SealedFiles(place, keys or DataKeys(None)) if place is not None else None
        self._fault: Reason | None = None

    @classmethod
    def of(cls, settings: Settings, must_exist: bool = False, keys: DataKeys | None = None) -> "FileStore":
        """Return the store of the settings. `must_exist`: never create the folder. `keys`: keys of the settings, if already read.

        Raises ConfigurationError if the keys can't be read.
        """
        return cls(_place(settings, must_exist), keys or DataKeys(settings.data_keys))

    @property
    def is_set(self) -> bool:
        """Return whether the settings name a store. With PostgreSQL there is none by default."""
        return self._place is not None

    @property
    def folder(self) -> Path | None:
        """Folder of the files; None for a bucket."""
        return self._place.root if isinstance(self._place, Folder) else None

    def expect_files(self) -> None:
        """Never create the folder again. It has existed, so if it is missing or empty, its disk is not mounted."""
        if isinstance(self._place, Folder):
            self._place.must_exist = True

    async def put(self, key: str, content: bytes | AsyncIterable[bytes]) -> None:
        """Write or replace a file, atomically; durable when this returns."""
        _check_key(key)
        with self._health() as backend:
            await backend.put(key, content if isinstance(content, bytes) else _pieces(content))

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """Yield a file in pieces of at most PIECE_BYTES. Raises FileNotFoundError, before the first piece, if it is missing."""
        _check_key(key)
        with self._health() as backend:
            pieces = backend.get(key)
            piece = await anext(pieces, b"")
        try:
            while piece:
                yield piece
                with self._health():
                    piece = await anext(pieces, b"")
        finally:
            await pieces.aclose()  # type: ignore[attr-defined]

    async def size(self, key: str) -> int:
        """Return the size of a file in bytes. Raises FileNotFoundError if it is missing."""
        _check_key(key)
        with self._health() as backend:
            return await backend.size(key)

    async def delete(self, keys: Iterable[str]) -> None:
        """Delete files. Skips missing files."""
        all = [_check_key(key) for key in keys]
        with self._health() as backend:
            await backend.delete(all)

    async def list(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield the files below a prefix such as `uploads/` or `files/<file>/`, unordered."""
        if not _PREFIX.fullmatch(prefix):
            raise ValueError("not a prefix of the store")
        with self._health() as backend:
            entries = backend.list(prefix)
            async for entry in entries:
                yield entry

    async def stored(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield the files under their stored names, which end in the id of the key if they are encrypted."""
        with self._health() as backend:
            async for entry in backend.stored(prefix):
                yield entry

    async def renew(self, name: str, is_live: IsLive) -> bool:
        """Encrypt a file with the first key; return False if it was deleted in the meantime. `name`: its stored name.

        `is_live`: returns whether the file with a key is not deleted. Raises FilesUnavailable if the file can't be read or
        verified.
        """
        with self._health() as backend:
            return await backend.renew(name, is_live)

    async def look(self) -> None:
        """Check that the store exists; create the folder, unless it must exist."""
        with self._health() as backend:
            if isinstance(self._place, Folder):
                await self._place.look()
                return
            entries = backend.list("uploads/")
            await anext(entries, None)
            await entries.aclose()  # type: ignore[attr-defined]

    async def probe(self) -> None:
        """Write a file, read it, and delete it. Raises FilesUnavailable if the content differs."""
        key, content = f"uploads/check-{secrets.token_hex(8)}/probe", secrets.token_bytes(1024)
        await self.put(key, content)
        stored_content = b"".join([piece async for piece in self.get(key)])
        await self.delete([key])
        if stored_content != content:
            raise FilesUnavailable(Reason.FAILED)

    async def discard_leftovers(self) -> None:
        """Delete unfinished files of killed processes in a folder. (A bucket needs a lifecycle rule instead.)"""
        if isinstance(self._place, Folder):
            await asyncio.to_thread(self._place.discard_leftovers)

    async def close(self) -> None:
        if self._backend is not None:
            await self._backend.close()

    @contextmanager
    def _health(self) -> Iterator[SealedFiles]:
        """Yield the backend; log once when it begins to fail, and once when it works again."""
        if self._backend is None:
            raise FilesUnavailable(Reason.UNSET)
        try:
            yield self._backend
        except FilesUnavailable as error:
            if self._fault is not error.reason:
                self._fault = error.reason
                log.error("files unavailable", reason=error.reason.name.lower(), advice=error.reason.value)
            raise
        if self._fault is not None:
            self._fault = None
            log.info("files available again")


def _check_key(key: str) -> str:
    """Return the key. Raises ValueError if it is malformed, which is a bug: the program makes all keys."""
    if not is_key(key):
        raise ValueError("not a key of the store")
    return key


async def _pieces(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield the same bytes in pieces of PIECE_BYTES; only the last piece can be shorter."""
    buffer = bytearray()
    async for chunk in content:
        buffer += chunk
        while len(buffer) >= PIECE_BYTES:
            yield bytes(buffer[:PIECE_BYTES])
            del buffer[:PIECE_BYTES]
    if buffer:
        yield bytes(buffer)


def _place(settings: Settings, must_exist: bool) -> Place | None:
    if settings.files_url is None:
        return (
            Folder(Path(f"{make_url(settings.database_url).database}{FILES_SUFFIX}"), must_exist) if settings.on_sqlite else None
        )
    url = urlsplit(settings.files_url)
    if url.scheme == "file":
        return Folder(Path(unquote(url.path)), must_exist)
    from board.files.bucket import Bucket  # imported here, because most installations use a folder

    return Bucket(url.netloc, url.path.strip("/"), _access(settings))


def _access(settings: Settings) -> dict[str, Any]:
    """Return the access keys of the settings. Other access, such as roles of machines, is read from the environment."""
    options = {
        "access_key_id": settings.aws_access_key_id, "secret_access_key": settings.aws_secret_access_key,
        "session_token": settings.aws_session_token, "region": settings.aws_region, "endpoint": settings.aws_endpoint_url,
    }  # fmt: skip
    return {name: value for name, value in options.items() if value is not None}
