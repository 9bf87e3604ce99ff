"""User of the operating system that servers run as, and folders that it can reach. PostgreSQL never runs as root."""

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
    """User of the operating system."""

    uid: int
    gid: int

    def can_pass(self, folder: Path) -> bool:
        """Return whether the user can reach a folder: every folder on the way is open to it, or its own."""
        return all(self._passes(each) for each in (folder, *folder.parents) if each.exists())

    def _passes(self, folder: Path) -> bool:
        status = folder.stat()
        return self.uid in (0, status.st_uid) or bool(status.st_mode & 0o001)


def current_user() -> OsUser:
    return OsUser(os.geteuid(), os.getegid())


def unprivileged() -> OsUser:
    """Return the current user; for root, a user that owns nothing."""
    if os.geteuid() != 0:
        return current_user()
    for name in NAMES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return OsUser(found.pw_uid, found.pw_gid)
    return OsUser(65_534, 65_534)  # the usual id of `nobody`


@contextmanager
def server_folder() -> Iterator[Path]:
    """Yield a new folder for servers, which an unprivileged user can enter but not list; remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="searchboard-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
