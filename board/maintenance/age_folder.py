"""Folder of encrypted files. Their keys and sizes are those of the plain texts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pyrage import DecryptError, EncryptError, decrypt_io, encrypt_io

from board.errors import OperationError
from board.files.folder import Folder
from board.files.stored import PIECE_BYTES, StoredFile
from board.maintenance.age_format import plain_size

MAX_WAITING = 8  # pieces between a thread and its reader
Transform = Callable[["_Source", "_Sink"], None]


class AgeFolder(Folder):
    """Folder whose files are encrypted to recipients, or opened with identities. `keys_of` returns those of a file; a file
    without any is stored unencrypted."""

    def __init__(self, root: Path, keys_of: Callable[[str], list[Any]], must_exist: bool = False) -> None:
        super().__init__(root, must_exist)
        self._keys_of = keys_of

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        if keys := self._keys_of(key):
            pieces = _single(content) if isinstance(content, bytes) else content
            content = _through(lambda source, sink: encrypt_io(source, sink, keys), pieces)
        await super().put(key, content)

    async def get(self, key: str) -> AsyncIterator[bytes]:
        pieces = super().get(key)
        if keys := self._keys_of(key):
            pieces = _through(lambda source, sink: decrypt_io(source, sink, keys), pieces)
        async for piece in pieces:
            yield piece

    async def size(self, key: str) -> int:
        return await self._run(lambda: plain_size(self.root / key)) if self._keys_of(key) else await super().size(key)

    async def list(self, prefix: str) -> AsyncIterator[StoredFile]:
        async for entry in super().list(prefix):
            yield entry._replace(size=await self.size(entry.key))


async def _single(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE_BYTES):
        yield content[start : start + PIECE_BYTES]


async def _through(transform: Transform, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the output of a transformation that runs in a thread and reads `pieces`. Raises what reading them raises, and
    OperationError if the transformation fails."""
    loop = asyncio.get_running_loop()
    source, sink = _Source(loop, pieces), _Sink(loop)
    work = loop.run_in_executor(None, _run, transform, source, sink)
    try:
        while piece := await sink.pieces.get():
            yield piece
        await work
    finally:
        sink.is_closed = True
        while not work.done():  # the thread may wait for space in the queue
            with suppress(asyncio.QueueEmpty):
                sink.pieces.get_nowait()
            await asyncio.sleep(0)


def _run(transform: Transform, source: "_Source", sink: "_Sink") -> None:
    try:
        transform(source, sink)
    except (DecryptError, EncryptError, OSError) as error:
        if source.error is not None:
            raise source.error from error
        raise OperationError("A file of the backup can't be opened: it is damaged, or encrypted for someone else.") from error
    finally:
        sink.end()


class _Source:
    """File to read in a thread; the event loop provides its pieces."""

    error: Exception | None = None

    def __init__(self, loop: asyncio.AbstractEventLoop, pieces: AsyncIterator[bytes]) -> None:
        self._loop = loop
        self._pieces = pieces
        self._buffer = b""

    def read(self, size: int = -1) -> bytes:
        if not self._buffer:
            try:
                self._buffer = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
            except Exception as error:
                self.error = error
                raise
        size = len(self._buffer) if size < 0 else size
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        return piece

    async def _next(self) -> bytes:
        return await anext(self._pieces, b"")


class _Sink:
    """File to write in a thread, into a bounded queue of the event loop. An empty piece marks its end."""

    is_closed = False

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.pieces: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING)

    def write(self, piece: bytes) -> int:
        if self.is_closed:
            raise OSError("nobody reads")
        if piece:
            self._put(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def end(self) -> None:
        if not self.is_closed:
            self._put(b"")

    def _put(self, piece: bytes) -> None:
        asyncio.run_coroutine_threadsafe(self.pieces.put(piece), self._loop).result()
