"""Places of the installation, such as schools and shelters: `places.csv` and `places.geojson` under FILES_PATH, read at start.

A file with an error is refused; the message names its line. Reading takes linear time, and memory is bounded.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from board.config.own_place import OwnPlace, own_place
from board.config.own_place_features import read_features
from board.config.own_place_rows import LineError, NumberedFields, read_rows
from models.db.errors import ConfigurationError

CSV, GEOJSON = "places.csv", "places.geojson"
MAX_PLACES = 100_000  # in both files together
MAX_BYTES = 48_000_000  # per file


def load_own_places(folder: str | None) -> tuple[OwnPlace, ...]:
    """Return the places of the installation; none without files. Raises ConfigurationError."""
    paths = [Path(folder) / name for name in (CSV, GEOJSON)] if folder else []
    try:
        versions = tuple((path, stat.st_mtime_ns, stat.st_size) for path in paths if path.exists() for stat in (path.stat(),))
    except OSError as error:
        raise ConfigurationError(f"{folder} can't be read: {error.strerror}") from None
    return _load(versions)


@lru_cache(maxsize=1)  # the settings are checked several times at start
def _load(versions: tuple[tuple[Path, int, int], ...]) -> tuple[OwnPlace, ...]:
    places: list[OwnPlace] = []
    for path, _, size in versions:
        if size > MAX_BYTES:
            raise ConfigurationError(f"{path} must have at most {MAX_BYTES:,} bytes.")
        read = read_rows if path.name == CSV else _read_geojson
        _read(path, read, places)
    return tuple(places)


def _read_geojson(file: TextIO) -> Iterable[NumberedFields]:
    return read_features(file.read())


def _read(path: Path, read: Callable[[TextIO], Iterable[NumberedFields]], places: list[OwnPlace]) -> None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for line, fields in read(file):
                if len(places) == MAX_PLACES:
                    raise LineError(line, f"there must be at most {MAX_PLACES:,} places")
                places.append(_place(line, fields))
    except LineError as error:
        raise ConfigurationError(f"{path}, {error}.") from None
    except (OSError, ValueError) as error:  # also for bytes that are not UTF-8
        raise ConfigurationError(f"{path} can't be read: {error}") from None


def _place(line: int, fields: dict[str, object]) -> OwnPlace:
    try:
        return own_place(fields)
    except ValueError as error:
        raise LineError(line, str(error)) from None
