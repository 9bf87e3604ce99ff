"""Commands about the keys of data at rest: make one, list them with what they encrypt, and encrypt everything by the first."""

import secrets
from base64 import b64encode
from typing import Annotated, Any

import typer

from board.command_line.output import AsJson, print_rows, progress
from board.config.data_keys import load
from board.config.settings import Settings
from board.errors import OperationError
from models.db.database import Database
from models.key_ring import KEY_BYTES

keys = typer.Typer(no_args_is_help=True, help="Keys of data at rest (DATA_KEYS).")


@keys.command("new")
def new_key() -> None:
    """Print a new key, as a line for the source of DATA_KEYS."""
    print(b64encode(secrets.token_bytes(KEY_BYTES)).decode())


@keys.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys, the encrypting one first, with the number of files that each encrypts. A lost key is listed too."""
    print_rows([(_line(row), row) for row in _rows(Settings())], as_json)


@keys.command("rotate")
def rotate_keys(
    alone: Annotated[bool, typer.Option("--alone", help="No server runs, so none has to read the first key.")] = False,
) -> None:
    """Encrypt everything that is not encrypted by the first key, beside running servers. Can be interrupted and repeated."""
    from board.files.unavailable import FilesUnavailable
    from board.maintenance import data_keys

    settings = Settings()
    settings.check()
    database = Database(settings.database_url, must_exist=True)
    try:
        count = data_keys.rotate(settings, database, load(settings.data_keys), alone, progress)
    except FilesUnavailable as error:
        raise OperationError(f"Photos and files can't be encrypted. {error.reason.value} Then repeat the command.") from error
    finally:
        progress("")
        database.dispose()
    print(f"{count:,} files are encrypted by the first key.")
    for row in _rows(settings):
        print(_line(row))


def _rows(settings: Settings) -> list[dict[str, Any]]:
    from board.files.unavailable import FilesUnavailable
    from board.maintenance import data_keys

    ring = load(settings.data_keys)
    try:
        used = data_keys.usage(settings)
    except FilesUnavailable as error:
        raise OperationError(f"Photos and files can't be listed. {error.reason.value}") from error
    ids = [*ring, *sorted(id for id in used if id is not None and id not in ring), *([None] if used[None] else [])]
    return [{"id": id, "state": _state(id, ring.writing, id in ring, used[id]), "files": used[id]} for id in ids]


def _state(id: str | None, writing: str | None, is_read: bool, count: int) -> str:
    if id is None:
        return "not encrypted"
    if not is_read:
        return "lost"
    return "encrypts" if id == writing else "in use" if count else "unused: remove it"


def _line(row: dict[str, Any]) -> str:
    return f"{row['id'] or '-':14}{row['state']:20}{row['files']:12,} files"
