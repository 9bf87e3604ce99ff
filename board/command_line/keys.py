"""Commands about the keys of data at rest: make one, list them with what they encrypt, encrypt everything with the first one, and
give up a lost one."""

import secrets
from base64 import b64encode
from typing import TYPE_CHECKING, Annotated, Any

import typer

from board.command_line.output import AsJson, print_rows, progress
from board.config.data_keys import load
from board.config.settings import Settings
from board.errors import OperationError
from models.db.database import Database
from models.key_ring import KEY_BYTES, KeyRing
from models.upkeep import given_up_data_keys

if TYPE_CHECKING:
    from board.maintenance.data_keys import Usage

keys = typer.Typer(no_args_is_help=True, help="Keys of data at rest (DATA_KEYS).")


@keys.command("new")
def new_key() -> None:
    """Print a new key, as a line for the source of DATA_KEYS."""
    print(b64encode(secrets.token_bytes(KEY_BYTES)).decode())


@keys.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys, the encrypting one first, with the number of files and values that each encrypts, including lost keys."""
    settings = Settings()
    used, lately, given_up = _used(settings)
    print_rows([(_line(row), row) for row in _rows(load(settings.data_keys), used, lately, given_up)], as_json)


@keys.command("rotate")
def rotate_keys(
    alone: Annotated[bool, typer.Option("--alone", help="No server runs, so none has to read the first key.")] = False,
) -> None:
    """Encrypt everything that is not encrypted with the first key, while servers run. Can be interrupted and repeated."""
    from board.files.unavailable import FilesUnavailable
    from board.maintenance import data_keys

    settings = Settings()
    settings.check()
    database = Database(settings.database_url, must_exist=True)
    try:
        rotation = data_keys.rotate(settings, database, load(settings.data_keys), alone, progress)
    except FilesUnavailable as error:
        raise OperationError(f"Photos and files can't be encrypted. {error.reason.value} Then repeat the command.") from error
    finally:
        progress("")
        database.dispose()
    for row in _rows(load(settings.data_keys), rotation.used, rotation.lately, rotation.given_up):
        print(_line(row))
    if rotation.fault is not None:
        raise OperationError(rotation.fault)


@keys.command("forget")
def forget_key(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of the lost key, as in `board keys list`.")],
    again: Annotated[str | None, typer.Option(help="The id typed again, as a check; otherwise it is asked for.")] = None,
) -> None:
    """Give up a lost key: what it encrypts stays unreadable, and neither `check` nor a start reports it again."""
    from board.files.unavailable import FilesUnavailable
    from board.maintenance import lost_keys

    settings = Settings()
    settings.check()
    database = Database(settings.database_url, must_exist=True)
    try:
        loss = lost_keys.find(settings, database, load(settings.data_keys), id)
        print(f"{loss.files:,} files and {loss.values:,} values are encrypted by {id}. Without this key, nobody can read them.")
        if (again if again is not None else typer.prompt("Type the id again, to give the key up")) != id:
            raise OperationError("That is another id. Nothing was changed.")
        lost_keys.give_up(database, loss)
    except FilesUnavailable as error:
        raise OperationError(f"Photos and files can't be listed. {error.reason.value}") from error
    finally:
        database.dispose()
    print(f"The key {id} is given up.")


def _used(settings: Settings) -> tuple["Usage", set[str], set[str]]:
    """Return what each key encrypts, the keys by which a server may still encrypt, and the keys that were given up."""
    from board.files.unavailable import FilesUnavailable
    from board.maintenance import data_keys

    database = Database(settings.database_url, read_only=True)
    try:
        used, lately = data_keys.usage(settings, database), database.read_now(data_keys.writing_lately)
        return used, lately, database.read_now(given_up_data_keys)
    except FilesUnavailable as error:
        raise OperationError(f"Photos and files can't be listed. {error.reason.value}") from error
    finally:
        database.dispose()


def _rows(ring: KeyRing, used: "Usage", lately: set[str], given_up: set[str]) -> list[dict[str, Any]]:
    ids: list[str | None] = [*ring, *sorted(used.ids - ring.keys()), *([None] if used.of(None) else [])]
    states = {id: _state(id, ring, used.of(id) or id in lately, id in given_up) for id in ids}
    return [{"id": id, "state": states[id], "files": used.files[id], "values": used.values[id]} for id in ids]


def _state(id: str | None, ring: KeyRing, is_used: bool | int, is_given_up: bool) -> str:
    if id is None:
        return "not encrypted"
    if id not in ring:
        return "given up" if is_given_up else "lost"
    return "encrypts" if id == ring.writing else "in use" if is_used else "unused: remove it"


def _line(row: dict[str, Any]) -> str:
    return f"{row['id'] or '-':14}{row['state']:20}{row['files']:12,} files{row['values']:12,} values"
