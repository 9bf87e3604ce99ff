"""Secret in a file, created if none is configured, and check of such a file's permissions."""

import os
import secrets
import stat
from pathlib import Path

from models.db.errors import ConfigurationError

MIN_SECRET_LENGTH = 16  # characters; a shorter secret could be guessed from a single bus message


def load_or_create_secret(path: Path) -> bytes:
    """Return the secret in a file; create the file if needed. Concurrent callers get the same secret. Raises OSError, or
    ConfigurationError if the secret is too short."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        file = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(file, secrets.token_urlsafe(32).encode())
            os.fsync(file)
            os.link(fresh, path)  # atomic, and never replaces an existing file
        except FileExistsError:
            pass
        finally:
            os.close(file)
            fresh.unlink()
    secret = path.read_bytes().strip()
    if len(secret) < MIN_SECRET_LENGTH:
        raise ConfigurationError(f"The secret in {path} is damaged. Delete that file, and a new one is created.")
    return secret


def is_exposed(path: Path) -> bool:
    """Return whether users other than the owner can read or change a file with secrets. The service's group may read a file of
    root, such as `0640 root:searchboard`, so that the service can't change its own settings."""
    status = path.stat()
    if status.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        return True
    is_for_service = status.st_uid == 0 and (os.geteuid() == 0 or status.st_gid in (os.getegid(), *os.getgroups()))
    return bool(status.st_mode & stat.S_IRGRP) and not is_for_service
