"""Group of processes with its own memory limit (a memory cgroup, version 1 or 2), if this machine permits it."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


class MemoryGroupUnavailable(Exception):
    """No group can be made here; the message says why."""


class MemoryGroup:
    """Group whose processes have `limit` bytes of memory together, without swap."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self._is_v1 = folder, (folder / "memory.limit_in_bytes").exists()
        swap = {"memory.memsw.limit_in_bytes": limit} if self._is_v1 else {"memory.swap.max": 0}
        memory = {"memory.limit_in_bytes" if self._is_v1 else "memory.max": limit}
        for name, value in (memory | swap).items():
            if (folder / name).exists():
                (folder / name).write_text(str(value))

    @property
    def joining(self) -> str:
        """Python with which a process moves itself, and so all its later children, into the group."""
        return f"open({str(self.folder / 'cgroup.procs')!r}, 'w').write('0')"

    @property
    def kills(self) -> int:
        """Return the number of processes in the group that the kernel has killed for lack of memory."""
        text = (self.folder / ("memory.oom_control" if self._is_v1 else "memory.events")).read_text()
        return int(dict(line.split() for line in text.splitlines())["oom_kill"])

    @property
    def peak(self) -> int:
        """Return the highest memory of the group, in bytes."""
        return int((self.folder / ("memory.max_usage_in_bytes" if self._is_v1 else "memory.peak")).read_text())


@contextlib.contextmanager
def memory_group(limit: int) -> Iterator[MemoryGroup]:
    """Make a group, and remove it when its processes have ended. Raises MemoryGroupUnavailable."""
    folder = _parent() / f"searchboard-test-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError as error:
        raise MemoryGroupUnavailable(f"{folder} can't be made: {error.strerror}") from error
    try:
        yield MemoryGroup(folder, limit)
    finally:
        while (folder / "cgroup.procs").read_text():  # children whose end was not awaited
            time.sleep(0.05)
        folder.rmdir()


def _parent() -> Path:
    if (ROOT / "memory" / "cgroup.procs").exists():
        return ROOT / "memory"
    with contextlib.suppress(OSError):
        if "memory" in (ROOT / "cgroup.subtree_control").read_text().split():
            return ROOT
    raise MemoryGroupUnavailable("there is no memory controller")
