"""Keys of data at rest, from the source that DATA_KEYS names: a file, a credential of systemd, or the output of a command."""

import os
import shlex
import subprocess
from pathlib import Path

from board.config.secret_file import is_exposed
from models.db.errors import ConfigurationError
from models.key_ring import KeyRing

COMMAND_TIMEOUT_S = 30
MAX_BYTES = 64 * 1024
FORM = r"file:/[^\0]+|credential:[\w.@-]+|command:\s*\S[^\0]*"
FORM_ERROR = "must be file:/path, credential:NAME (of systemd), or command:COMMAND"
LOST = "Restore the source of DATA_KEYS: without its keys, what they encrypt can't be read"


class DataKeys:
    """Keys of one process. A server reads the setting again from time to time, so that they change without a restart."""

    def __init__(self, setting: str | None) -> None:
        self.setting = setting
        self.ring = load(setting)

    def current(self) -> KeyRing:
        return self.ring


def load(setting: str | None) -> KeyRing:
    """Return the keys of a setting; none if it is unset. Raises ConfigurationError, whose text never quotes a key."""
    if setting is None:
        return KeyRing()
    content = _run(setting.removeprefix("command:")) if setting.startswith("command:") else _read(_path(setting))
    if len(content) > MAX_BYTES:
        raise ConfigurationError("DATA_KEYS names too long a text. It must be lines with one key each.")
    try:
        return KeyRing.parse(content.decode("ascii", "replace"))
    except ValueError as error:
        raise ConfigurationError(f"What DATA_KEYS names {error}. {LOST}.") from None


def exposed_file(setting: str) -> Path | None:
    """Return the file of keys if other users of the machine can read it. A credential of systemd is private."""
    if not setting.startswith("file:"):
        return None
    path = _path(setting)
    return path if path.exists() and is_exposed(path) else None


def _path(setting: str) -> Path:
    kind, _, name = setting.partition(":")
    if kind == "file":
        return Path(name)
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        raise ConfigurationError("DATA_KEYS names a credential, and systemd passed none. Add LoadCredential= to the service.")
    return Path(folder) / name


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"The keys of DATA_KEYS can't be read: {error.strerror}. {LOST}.") from None


def _run(command: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, without a shell
            shlex.split(command), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=COMMAND_TIMEOUT_S
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        raise ConfigurationError(f"The command of DATA_KEYS failed, or did not end in {COMMAND_TIMEOUT_S} seconds.") from None
    return done.stdout
