"""Keys of data at rest, for tests."""

import secrets
from base64 import b64encode
from pathlib import Path

from models.key_ring import key_id


def new_key() -> bytes:
    return secrets.token_bytes(32)


def key_file(folder: Path, *keys: bytes, name: str = "data.keys") -> str:
    """Write a private file with these keys, or a new one; return the setting that names it."""
    file = folder / name
    file.touch(0o600)
    file.write_text("".join(f"{b64encode(key).decode()}\n" for key in keys or (new_key(),)))
    return f"file:{file}"


def ids(*keys: bytes) -> list[str]:
    return [key_id(key) for key in keys]
