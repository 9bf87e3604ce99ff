"""Secret in a file, created when none was given; and who can read such a file."""

import os
import secrets
import stat
from pathlib import Path

from models.db.errors import ConfigurationError

MIN_SECRET_LENGTH = 16  # characters; a shorter one could be guessed from a single bus message


def load_or_create_secret(path: Path) -> bytes:
    """Return the secret in a file, creating it if needed; concurrent callers get the same one. Raises OSError, and
    ConfigurationError if the file holds none."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        file = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(file, secrets.token_urlsafe(32).encode())
            os.fsync(file)
            os.link(fresh, path)  # complete or not at all, and never over an existing one
        except FileExistsError:
            pass
        finally:
            os.close(file)
            fresh.unlink()
    kept = path.read_bytes().strip()
    if len(kept) < MIN_SECRET_LENGTH:
        raise ConfigurationError(f"The secret in {path} is damaged. Delete that file, and a new one is created.")
    return kept


def is_exposed(path: Path) -> bool:
    """Return whether others than its owner can read or change a file with secrets. The group of the service may read one that
    belongs to root, as `0640 root:searchboard`: so the service can't change its own settings."""
    found = path.stat()
    if found.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        return True
    is_of_service = found.st_uid == 0 and (os.geteuid() == 0 or found.st_gid in (os.getegid(), *os.getgroups()))
    return bool(found.st_mode & stat.S_IRGRP) and not is_of_service
