"""Check of the keys of data at rest: each key in use can be read, and others can't read the keys."""

from board.config.data_keys import exposed_file, load
from board.config.settings import Settings
from board.engine.data_keys import lost
from board.files.unavailable import FilesUnavailable
from board.maintenance import data_keys
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.db.database import Database
from models.db.errors import ConfigurationError
from models.key_ring import KeyRing
from models.upkeep import data_keys_in_use, given_up_data_keys


def check(settings: Settings) -> tuple[State, str]:
    try:
        ring = load(settings.data_keys)
    except ConfigurationError as error:
        return State.WRONG, str(error)
    recorded = read(data_keys_in_use)
    database = Database(settings.database_url, read_only=True)
    try:
        used = data_keys.usage(settings, database)
    except FilesUnavailable as error:
        return State.SKIPPED, f"The keys in use are not known. {error.reason.value}"
    finally:
        database.dispose()
    used = used.without(read(given_up_data_keys) - ring.keys())
    if missing := sorted({*recorded, *used.ids} - ring.keys()):
        return State.WRONG, lost(missing)
    if settings.data_keys is None:
        return State.WARNING, "Photos, files, contacts, sources and talks are not encrypted. Set DATA_KEYS."
    if (file := exposed_file(settings.data_keys)) is not None:
        return State.WARNING, f"Others can read the keys in {file}. Run: chmod 600 {file}."
    return _of_usage(ring, used)


def _of_usage(ring: KeyRing, used: data_keys.Usage) -> tuple[State, str]:
    files, values = (part.total() for part in used.stale(ring.writing))
    if files or values:
        return State.WARNING, f"{files:,} files and {values:,} values are not encrypted by the first key. Run: board keys rotate."
    unused = [id for id in ring if id != ring.writing]
    said = f" Nothing uses {', '.join(unused)}: remove what you do not need for a restore." if unused else ""
    files, values = (part.total() for part in used)
    return State.OK, f"{files:,} files and {values:,} values are encrypted.{said} Keep a copy of the keys elsewhere."
