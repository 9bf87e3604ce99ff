"""Check of the keys of data at rest: each key in use can be read, and others can't read the keys."""

from board.config.data_keys import exposed_file, load
from board.config.settings import Settings
from board.engine.data_keys import lost
from board.files import folder_marker
from board.files.unavailable import FilesUnavailable
from board.maintenance import data_keys
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.db.errors import ConfigurationError
from models.upkeep import data_keys_in_use


def check(settings: Settings) -> tuple[State, str]:
    try:
        ring = load(settings.data_keys)
    except ConfigurationError as error:
        return State.WRONG, str(error)
    recorded = read(data_keys_in_use)
    try:
        used = data_keys.usage(settings) if read(folder_marker.has_files) else data_keys.Usage()
    except FilesUnavailable as error:
        return State.SKIPPED, f"The keys in use are not known. {error.reason.value}"
    if missing := sorted({*recorded, *(id for id in used if id is not None)} - ring.keys()):
        return State.WRONG, lost(missing)
    if settings.data_keys is None:
        return State.WARNING, "Photos and files are not encrypted. Set DATA_KEYS."
    if (file := exposed_file(settings.data_keys)) is not None:
        return State.WARNING, f"Others can read the keys in {file}. Run: chmod 600 {file}."
    if stale := used.total() - used[ring.writing]:
        return State.WARNING, f"{stale:,} files are not encrypted by the first key. Run: board keys rotate."
    unused = f" Nothing uses {', '.join(id for id in ring if not used[id] and id != ring.writing)}." if len(ring) > 1 else ""
    return State.OK, f"{used.total():,} files are encrypted.{unused} Keep a copy of the keys elsewhere."
