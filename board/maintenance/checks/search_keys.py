"""Check of the file with the keys of searches: it is there, and has a key for each search of the last backup."""

from pathlib import Path

from sqlalchemy import bindparam, select

from board.config.search_keys import KeyState, SearchKeys
from board.config.settings import Settings
from board.errors import OperationError
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.db.tables import columns_of
from models.search import Search
from models.upkeep import backup_times

_S = columns_of(Search)
_BEFORE = select(_S.id).where(_S.opened_at < bindparam("at"))


def check(settings: Settings) -> tuple[State, str]:
    if settings.search_keys_file is None:
        return State.SKIPPED, "Backups are not sealed by keys of searches (SEARCH_KEYS_FILE)."
    path = Path(settings.search_keys_file)
    try:
        keys = SearchKeys.read(path)
    except OperationError as error:
        return State.WRONG, str(error)
    searches = read(lambda session: list(session.connection().execute(_BEFORE, {"at": backup_times(session)[0] or ""}).scalars()))
    missing = [search for search in searches if keys.state(search) is KeyState.UNKNOWN]
    if missing:
        return State.WARNING, f"{len(missing):,} searches have no key in {path}. Restore its newest copy, or make a backup."
    return State.OK, f"{path} has the keys of {len(searches):,} searches. Keep a copy of its newest state elsewhere."
