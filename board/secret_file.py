"""A secret that is made once and kept in a file, where none was given."""

import os
import secrets
from pathlib import Path

from models.db.errors import ConfigurationError

SECRET_AT_LEAST = 16  # characters: a shorter one can be guessed by whoever hears one message of the bus


def load_or_create_secret(path: Path) -> bytes:
    """The secret in a file; made where there is none, by the first of those that look at one moment. Raises OSError, and
    Unusable where the file holds none."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        file = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(file, secrets.token_urlsafe(32).encode())
            os.fsync(file)
            os.link(fresh, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            os.close(file)
            fresh.unlink()
    kept = path.read_bytes().strip()
    if len(kept) < SECRET_AT_LEAST:
        raise ConfigurationError(f"The secret in {path} is damaged: remove that file, and a new one is made.")
    return kept
