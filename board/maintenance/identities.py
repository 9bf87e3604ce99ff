"""Identities that open encrypted backups: from a file, which may be a systemd credential, or from the output of a command."""

import shlex
import subprocess
from pathlib import Path
from typing import Any

from pyrage import IdentityError, x25519

from board.config.backup_keys import recipient_names
from board.config.secret_file import is_exposed
from board.config.settings import Settings
from board.errors import OperationError

COMMAND_TIMEOUT_S = 120  # a person may have to touch a key or type a word
MAX_BYTES = 64 * 1024
SET_ONE = "Set BACKUP_IDENTITY_FILE or BACKUP_IDENTITY_COMMAND"


def load(settings: Settings) -> list[Any]:
    """Return the identities that the settings name. Raises OperationError if there are none; its text never quotes one."""
    if settings.backup_identity_file:
        return _parse(_read(Path(settings.backup_identity_file)), settings.backup_identity_file)
    if settings.backup_identity_command:
        return _parse(_run(settings.backup_identity_command), "BACKUP_IDENTITY_COMMAND")
    raise OperationError(f"The backup is encrypted. {SET_ONE} to open it.")


def belong_to(identities: list[Any], recipients: str) -> bool:
    """Return whether one of the identities is that of a recipient of the setting."""
    return not {str(identity.to_public()) for identity in identities}.isdisjoint(recipient_names(recipients))


def _read(path: Path) -> bytes:
    try:
        if is_exposed(path):
            raise OperationError(f"Others can read the identity in {path}. Run: chmod 600 {path}.")
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        raise OperationError(f"The identity in {path} can't be read: {error.strerror}.") from error


def _run(command: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command, without a shell
            shlex.split(command), check=True, stdout=subprocess.PIPE, timeout=COMMAND_TIMEOUT_S
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise OperationError("BACKUP_IDENTITY_COMMAND failed. Run it in a terminal: it must print an identity.") from error
    return done.stdout[:MAX_BYTES]


def _parse(content: bytes, source: str) -> list[Any]:
    lines = [line.strip() for line in content.decode("ascii", "replace").splitlines()]
    try:
        found = [x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except IdentityError:
        found = []
    if not found:
        raise OperationError(f"{source} contains no age identity: a line that begins with AGE-SECRET-KEY-1.")
    return found
