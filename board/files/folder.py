"""Store of files in a folder: synced, atomic, and never through a symbolic link below the folder.

All calls run in separate threads, so that a slow disk blocks neither the event loop nor the database. obstore's folder store is
not used: it does not sync, follows links, and makes files that others can read.
"""

import asyncio
import os
import secrets
import stat
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from board.files.stored import PAGE_SIZE, PIECE_BYTES, StoredFile
from board.files.unavailable import FilesUnavailable, Reason, reason_for

T = TypeVar("T")

THREADS = 8
MAX_WAITING = 256  # calls that wait for a thread; more are refused
TIMEOUT_S = 15.0  # for one call: a piece, a sync, or a page of a listing
TRIES = 3  # attempts to move a file into a folder that a deletion removes at the same time
LEFTOVER_S = 3600  # age at which an unfinished file must be from a killed process

MARK = ".searchboard-files"  # file that distinguishes the folder from an empty mount point
UNFINISHED = ".new"  # folder of unfinished files, which have no key yet
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would block the thread
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """Folder of files. The first file creates it, unless `must_exist`."""

    def __init__(self, root: Path, must_exist: bool = False) -> None:
        self.root = root
        self.must_exist = must_exist
        self._is_known = False
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")
        self._waiting = 0

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        new = _NewFile(self)
        try:
            if isinstance(content, bytes):
                return await self._run(partial(new.write_whole, content, key))
            async for piece in content:
                await self._run(partial(new.write, piece))
            await self._run(partial(new.finish, key))
        except BaseException:
            new.is_given_up = True
            self._threads.submit(new.discard)
            raise

    async def get(self, key: str) -> AsyncIterator[bytes]:
        file = _OpenFile(partial(self._open, key))
        try:
            while piece := await self._run(file.read):
                yield piece
        finally:
            self._threads.submit(file.close)

    async def size(self, key: str) -> int:
        return await self._run(partial(self._size, key))

    async def delete(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), PAGE_SIZE):
            await self._run(partial(self._delete, keys[start : start + PAGE_SIZE]))

    async def list(self, prefix: str) -> AsyncIterator[StoredFile]:
        entries = self._walk(prefix.strip("/"))
        while page := await self._run(lambda: list(islice(entries, PAGE_SIZE))):
            for entry in page:
                yield entry

    async def look(self) -> None:
        """Create the folder if it is missing, unless it must exist. Raises FilesUnavailable if it can't be used."""
        await self._run(self._look)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, fn: Callable[[], T]) -> T:
        """Run a call in a thread. Raises FilesUnavailable if it fails or takes longer than TIMEOUT_S, FileNotFoundError if the
        file is missing."""
        if self._waiting >= MAX_WAITING:
            raise FilesUnavailable(Reason.SLOW)
        self._waiting += 1
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await asyncio.get_running_loop().run_in_executor(self._threads, fn)
        except TimeoutError:
            raise FilesUnavailable(Reason.SLOW) from None
        except FileNotFoundError:
            raise
        except OSError as error:
            raise FilesUnavailable(reason_for(error)) from error
        finally:
            self._waiting -= 1

    # -- in threads ---------------------------------------------------------------------------------------------------

    def discard_leftovers(self) -> None:
        """Delete unfinished files of killed processes."""
        with suppress(OSError, FilesUnavailable), self.folder((UNFINISHED,)) as folder:
            for name in os.listdir(folder):
                with suppress(OSError):
                    if time.time() - os.lstat(name, dir_fd=folder).st_mtime > LEFTOVER_S:
                        os.unlink(name, dir_fd=folder)

    @contextmanager
    def folder(self, parts: Sequence[str], create: bool = False) -> Iterator[int]:
        """Open a folder below the root, without following links; yield its descriptor."""
        descriptors = [self._open_root()]
        try:
            for part in parts:
                if create:
                    with suppress(FileExistsError):
                        os.mkdir(part, 0o700, dir_fd=descriptors[-1])
                        os.fsync(descriptors[-1])
                descriptors.append(os.open(part, _FOLDER, dir_fd=descriptors[-1]))
            yield descriptors[-1]
        finally:
            for descriptor in reversed(descriptors):
                os.close(descriptor)

    def _open_root(self) -> int:
        """Return a descriptor of the root. Raises FilesUnavailable if it is missing, or is not the same folder as before."""
        is_new = not self._is_known  # read first, because another thread may create the folder at the same time
        if is_new and not self.must_exist:
            try:
                with suppress(FileExistsError):
                    self.root.mkdir(0o700)
                    _sync(self.root.parent)
            except FileNotFoundError:  # its parent folder is missing too
                raise FilesUnavailable(Reason.GONE) from None
        try:
            root = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise FilesUnavailable(Reason.GONE) from None
        try:
            self._check_mark(root, is_new)
        except BaseException:
            os.close(root)
            raise
        self._is_known = True
        return root

    def _check_mark(self, root: int, is_new: bool) -> None:
        """Mark a new or copied folder. Raises FilesUnavailable if any other folder lacks the mark."""
        names = os.listdir(root)
        if MARK in names:
            return
        if not is_new or (self.must_exist and "files" not in names):
            raise FilesUnavailable(Reason.GONE)
        with suppress(FileExistsError):
            os.close(os.open(MARK, _CREATE, 0o600, dir_fd=root))
            os.fsync(root)

    def _open(self, key: str) -> int:
        *parts, name = key.split("/")
        with _no_links(), self.folder(parts) as folder:
            file = os.open(name, _READ, dir_fd=folder)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise FileNotFoundError(key)
        return file

    def _size(self, key: str) -> int:
        *parts, name = key.split("/")
        with _no_links(), self.folder(parts) as folder:
            stats = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(stats.st_mode):
            raise FileNotFoundError(key)
        return stats.st_size

    def _delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            *parts, name = key.split("/")
            with suppress(FileNotFoundError), _no_links():
                with self.folder(parts) as folder:
                    os.unlink(name, dir_fd=folder)
                with suppress(OSError), self.folder(parts[:-1]) as above:  # fails if the folder still contains files
                    os.rmdir(parts[-1], dir_fd=above)

    def _walk(self, prefix: str) -> Iterator[StoredFile]:
        with self.folder(()):
            folders = []
        with suppress(FileNotFoundError), _no_links(), self.folder(prefix.split("/") if prefix else ()):
            folders.append(prefix)
        while folders:
            folder = folders.pop()
            try:
                entries = os.scandir(self.root / folder)
            except (FileNotFoundError, NotADirectoryError):
                continue
            with entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}".lstrip("/")
                    if entry.is_dir(follow_symlinks=False):
                        folders += [name] if name != UNFINISHED else []
                    elif entry.is_file(follow_symlinks=False) and name != MARK:
                        with suppress(FileNotFoundError):
                            stats = entry.stat(follow_symlinks=False)
                            yield StoredFile(name, stats.st_size, stats.st_mtime)

    def _look(self) -> None:
        with self.folder(()):
            pass


class _NewFile:
    """File that has no key yet. A lock keeps its descriptor open while a thread uses it, even on a slow disk."""

    def __init__(self, folder: Folder) -> None:
        self.is_given_up = False
        self._folder = folder
        self._name = secrets.token_hex(12)
        self._file: int | None = None
        self._lock = threading.Lock()

    def write(self, piece: bytes) -> None:
        with self._lock:
            file, remaining = self._opened(), memoryview(piece)
            while remaining:
                remaining = remaining[os.write(file, remaining) :]

    def write_whole(self, content: bytes, key: str) -> None:
        self.write(content)
        self.finish(key)

    def finish(self, key: str) -> None:
        """Sync the file, move it to its key, then sync its folder."""
        with self._lock:
            os.fsync(self._opened())
            for _ in range(TRIES):
                with suppress(FileNotFoundError):
                    self._move(key)
                    break
            else:
                raise FilesUnavailable(Reason.GONE)

    def discard(self) -> None:
        with self._lock:
            if self._file is None:
                return
            os.close(self._file)
            self._file = None
            with suppress(OSError, FilesUnavailable), self._folder.folder((UNFINISHED,)) as unfinished:
                os.unlink(self._name, dir_fd=unfinished)

    def _opened(self) -> int:
        if self.is_given_up:
            raise FilesUnavailable(Reason.SLOW)
        if self._file is None:
            try:
                with self._folder.folder((UNFINISHED,), create=True) as unfinished:
                    self._file = os.open(self._name, _CREATE, 0o600, dir_fd=unfinished)
            except FileNotFoundError as error:
                raise FilesUnavailable(Reason.GONE) from error
        return self._file

    def _move(self, key: str) -> None:
        *parts, name = key.split("/")
        with self._folder.folder((UNFINISHED,)) as unfinished, self._folder.folder(parts, create=True) as folder:
            self._opened()
            os.rename(self._name, name, src_dir_fd=unfinished, dst_dir_fd=folder)
            os.fsync(folder)
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _OpenFile:
    """Open file for reading. A lock keeps its descriptor open while a thread reads."""

    def __init__(self, open: Callable[[], int]) -> None:
        self._open = open
        self._file: int | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    def read(self) -> bytes:
        with self._lock:
            if self._is_closed:
                return b""
            if self._file is None:
                self._file = self._open()
            return os.read(self._file, PIECE_BYTES)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if self._file is not None:
                os.close(self._file)
                self._file = None


@contextmanager
def _no_links() -> Iterator[None]:
    """Raise FileNotFoundError if a part of a path is a link, or a file instead of a folder."""
    try:
        yield
    except OSError as error:
        if reason_for(error) is Reason.GONE:
            raise FileNotFoundError(str(error)) from error
        raise


def _sync(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
