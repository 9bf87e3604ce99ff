"""Under which account servers run, and folders that this account can reach. PostgreSQL never runs as root."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAMES = ("nobody", "postgres")


@dataclass(frozen=True, slots=True)
class OsUser:
    """A user of this machine."""

    uid: int
    gid: int

    def can_pass(self, folder: Path) -> bool:
        """True if it can get to a folder: every one on the way lets it through, or is its own."""
        return all(self._passes(each) for each in (folder, *folder.parents) if each.exists())

    def _passes(self, folder: Path) -> bool:
        known = folder.stat()
        return self.uid in (0, known.st_uid) or bool(known.st_mode & 0o001)


def ours() -> OsUser:
    return OsUser(os.geteuid(), os.getegid())


def unprivileged() -> OsUser:
    """Ourselves; where we are root, an account that owns nothing."""
    if os.geteuid() != 0:
        return ours()
    for name in NAMES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return OsUser(found.pw_uid, found.pw_gid)
    return OsUser(65_534, 65_534)  # what `nobody` is nearly everywhere


@contextmanager
def server_folder() -> Iterator[Path]:
    """A new folder for servers, which an unprivileged account can pass but not read; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="searchboard-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
