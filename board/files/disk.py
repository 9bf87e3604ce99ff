"""Free space of the disks that the program writes to, and the reserve that uploads must leave free.

Uploads write to the disk of the files, and a row for each part to the disk of the database. The folder for temporary files is
only reported: no upload writes to it. The free space of a bucket is unknown.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import make_url

from board.config.disk_reserve import Reserve, parse_reserve
from board.config.settings import Settings
from board.files.unavailable import FilesUnavailable, Reason
from board.telemetry import space_metrics

FILES, DATABASE, TEMPORARY = "files", "database", "temporary"
MAX_AGE_S = 1.0  # seconds for which a measurement is used
TIMEOUT_S = 15.0  # for a measurement: a network disk may hang
FILES_OF_UPLOAD = 4  # a folder, and either three files or a part
SPARE_FILES = 10_000  # inodes that stay free on a disk with a fixed number of them; at most a tenth


class DiskSpace(NamedTuple):
    """Space of a disk. `name`: its use. `free_files`: None if the number of files has no limit."""

    name: str
    device: int
    free: int
    reserve: int
    free_files: int | None = None
    reserve_files: int = 0

    @property
    def is_below_reserve(self) -> bool:
        return not self.has(0, 0)

    @property
    def is_low(self) -> bool:
        """Return True if less than twice the reserve is free."""
        return not self.has(self.reserve, self.reserve_files)

    def has(self, bytes: int, files: int) -> bool:
        """Return whether the reserve stays free after storing this many more bytes and files."""
        return self.free - bytes >= self.reserve and (self.free_files is None or self.free_files - files >= self.reserve_files)


def folders_of(settings: Settings, files: Path | None) -> dict[str, Path]:
    """Return the folders that the program writes to, by name. `files`: folder of photos and files; None for a bucket."""
    folders = {FILES: files} if files is not None else {}
    if settings.on_sqlite:
        folders[DATABASE] = Path(str(make_url(settings.database_url).database)).absolute().parent
    return folders | {TEMPORARY: Path(tempfile.gettempdir())}


def measure(folders: Mapping[str, Path], reserve: Reserve) -> list[DiskSpace]:
    """Return the space of each folder that exists, or whose parent exists: the folder of files is created by the first start."""
    return [_measure(name, folder, reserve) for name, expected in folders.items() if (folder := _existing(expected)) is not None]


def _existing(folder: Path) -> Path | None:
    return next((candidate for candidate in (folder, folder.parent) if candidate.is_dir()), None)


def _measure(name: str, folder: Path, reserve: Reserve) -> DiskSpace:
    stats = os.statvfs(folder)
    free_files = stats.f_favail if stats.f_files else None  # btrfs and others have no fixed number
    reserved_bytes = reserve.on_disk(stats.f_blocks * stats.f_frsize)
    reserved_files = min(SPARE_FILES, stats.f_files // 10) if reserved_bytes else 0
    return DiskSpace(name, folder.stat().st_dev, stats.f_bavail * stats.f_frsize, reserved_bytes, free_files, reserved_files)


class _Promised:
    """Bytes and files that uploads of this process will write, or have written since the last measurement began."""

    def __init__(self) -> None:
        self.bytes = self.files = 0
        self._written: list[tuple[int, int]] = []

    @property
    def total(self) -> tuple[int, int]:
        """Bytes and files that the last measurement may not include."""
        return self.bytes + sum(bytes for bytes, _ in self._written), self.files + sum(files for _, files in self._written)

    def keep(self, bytes: int, files: int) -> None:
        self.bytes, self.files = self.bytes + bytes, self.files + files

    def end(self, bytes: int, files: int) -> None:
        """Record bytes and files as written. The next measurement includes them."""
        self.keep(-bytes, -files)
        self._written.append((bytes, files))

    def forget(self, count: int) -> None:
        del self._written[:count]

    def __len__(self) -> int:
        return len(self._written)


class DiskReserve:
    """Guard of the reserve: allots free space to uploads, and refuses them if only the reserve is left.

    Each process has its own guard, so the processes of a machine may together use the reserve for the parts in flight.
    """

    def __init__(
        self,
        settings: Settings,
        files: Path | None,
        clock: Callable[[], float] = time.monotonic,
        measure: Callable[[Mapping[str, Path], Reserve], list[DiskSpace]] = measure,
    ) -> None:
        self.reserve = parse_reserve(settings.disk_reserve)
        self._folders, self._clock, self._measure = folders_of(settings, files), clock, measure
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._lock = asyncio.Lock()
        self._spaces: list[DiskSpace] = []
        self._measured_at = float("-inf")
        self._promised = _Promised()

    async def spaces(self) -> list[DiskSpace]:
        """Return the space of each disk, at most MAX_AGE_S old. Raises FilesUnavailable if a disk does not answer."""
        async with self._lock:
            if self._clock() - self._measured_at >= MAX_AGE_S:
                await self._refresh()
        return self._spaces

    async def _refresh(self) -> None:
        at, covered = self._clock(), len(self._promised)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                loop = asyncio.get_running_loop()
                self._spaces = await loop.run_in_executor(self._threads, self._measure, self._folders, self.reserve)
        except TimeoutError:
            raise FilesUnavailable(Reason.SLOW) from None
        except OSError as error:
            raise FilesUnavailable(Reason.FAILED) from error
        self._measured_at = at
        self._promised.forget(covered)

    @asynccontextmanager
    async def promise(self, bytes: int, files: int = FILES_OF_UPLOAD) -> AsyncIterator[None]:
        """Hold free space for the writes of a `with` block. Raises FilesUnavailable if they would use the reserve."""
        spaces = await self.spaces()
        if not self._has_room(spaces, bytes, files):  # no await between this check and the promise
            space_metrics.upload_refused("disk")
            raise FilesUnavailable(Reason.RESERVED)
        self._promised.keep(bytes, files)
        try:
            yield
        finally:
            self._promised.end(bytes, files)

    def _has_room(self, spaces: list[DiskSpace], bytes: int, files: int) -> bool:
        promised_bytes, promised_files = self._promised.total
        device = next((space.device for space in spaces if space.name == FILES), None)
        for space in spaces:
            added = (promised_bytes + bytes, promised_files + files) if space.device == device else (0, 0)
            if space.name != TEMPORARY and not space.has(*added):
                return False
        return True

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
