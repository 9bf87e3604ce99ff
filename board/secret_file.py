"""Secret in a file, created when none was given."""

import os
import secrets
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
