"""Free space of the disks that the program writes to, and the reserve of it that uploads must leave.

Uploads write to the disk of the files, and a row of each part to that of the database. The folder for temporary files is only
reported: no upload writes to it. A bucket does not tell its free space.
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
MAX_AGE_S = 1.0  # of a measurement
TIMEOUT_S = 15.0  # of a measurement: a network disk may hang
FILES_OF_UPLOAD = 4  # a folder, and three files or a part
SPARE_FILES = 10_000  # names that stay free on a disk with a fixed number of them, or a tenth of all


class DiskSpace(NamedTuple):
    """Space of a disk: `name` is what the program keeps there; `free_files` is None where the number of files has no limit."""

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
        """Return whether the reserve stays free when so much more is stored."""
        return self.free - bytes >= self.reserve and (self.free_files is None or self.free_files - files >= self.reserve_files)


def folders_of(settings: Settings, files: Path | None) -> dict[str, Path]:
    """Return the folders that the program writes to, by name. `files` is that of photos and files; None for a bucket."""
    folders = {FILES: files} if files is not None else {}
    if settings.on_sqlite:
        folders[DATABASE] = Path(str(make_url(settings.database_url).database)).absolute().parent
    return folders | {TEMPORARY: Path(tempfile.gettempdir())}


def measure(folders: Mapping[str, Path], reserve: Reserve) -> list[DiskSpace]:
    """Return the space of each folder that is there, or whose parent is: the first start makes the folder of files."""
    return [_measure(name, folder, reserve) for name, given in folders.items() if (folder := _existing(given)) is not None]


def _existing(folder: Path) -> Path | None:
    return next((each for each in (folder, folder.parent) if each.is_dir()), None)


def _measure(name: str, folder: Path, reserve: Reserve) -> DiskSpace:
    found = os.statvfs(folder)
    free_files = found.f_favail if found.f_files else None  # btrfs and others have no fixed number
    kept = reserve.on_disk(found.f_blocks * found.f_frsize)
    kept_files = min(SPARE_FILES, found.f_files // 10) if kept else 0
    return DiskSpace(name, folder.stat().st_dev, found.f_bavail * found.f_frsize, kept, free_files, kept_files)


class _Promised:
    """Bytes and files that uploads of this process will write, and those that they wrote since the last measurement began."""

    def __init__(self) -> None:
        self.bytes = self.files = 0
        self._written: list[tuple[int, int]] = []

    @property
    def total(self) -> tuple[int, int]:
        """Bytes and files that the last measurement may not include."""
        return self.bytes + sum(each[0] for each in self._written), self.files + sum(each[1] for each in self._written)

    def keep(self, bytes: int, files: int) -> None:
        self.bytes, self.files = self.bytes + bytes, self.files + files

    def end(self, bytes: int, files: int) -> None:
        """Note that this much is written: the next measurement includes it."""
        self.keep(-bytes, -files)
        self._written.append((bytes, files))

    def forget(self, count: int) -> None:
        del self._written[:count]

    def __len__(self) -> int:
        return len(self._written)


class DiskReserve:
    """Guard of the reserve: gives out free space to uploads, and refuses when only the reserve is left.

    Several processes of one machine each have their own, so together they may exceed it by the parts in flight.
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
        at, written = self._clock(), len(self._promised)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                loop = asyncio.get_running_loop()
                self._spaces = await loop.run_in_executor(self._threads, self._measure, self._folders, self.reserve)
        except TimeoutError:
            raise FilesUnavailable(Reason.SLOW) from None
        except OSError as error:
            raise FilesUnavailable(Reason.FAILED) from error
        self._measured_at = at
        self._promised.forget(written)

    @asynccontextmanager
    async def promise(self, bytes: int, files: int = FILES_OF_UPLOAD) -> AsyncIterator[None]:
        """Hold free space for what is written within a `with` block. Raises FilesUnavailable if the reserve would be used."""
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
