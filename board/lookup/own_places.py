"""Index of the installation's own places. It is built once, at the first look-up or at start."""

from collections.abc import Sequence
from functools import lru_cache

from board.config.own_place import OwnPlace
from board.config.own_places import load_own_places
from board.lookup.place import Place, PlaceNames
from board.lookup.place_index import PlaceIndex, normalized
from board.lookup.place_radius import Point
from board.lookup.place_rank import Name

MAX_JOINED = 20_000  # places; a longer list is not also indexed without spaces, which would use most of the memory


class OwnPlaceIndex(PlaceIndex):
    """Index that keeps only the rows of the files, and creates a place and its names when a look-up needs them."""

    def __init__(self, rows: Sequence[OwnPlace]) -> None:
        super().__init__(joins=len(rows) <= MAX_JOINED)
        self._rows = rows
        for number, row in enumerate(rows):
            self._index(number, self._names(number), Point(row.lat, row.lon))
        self.build()

    def _place(self, number: int) -> Place:
        return _place(number, self._rows[number])

    def _names(self, number: int) -> tuple[Name, ...]:
        row = self._rows[number]
        return normalized((row.name, *(text for _, text in row.names)), kind=row.kind)

    def _size(self, number: int) -> int:
        return 0


@lru_cache(maxsize=1)  # the files are read only once
def own_places(folder: str | None) -> PlaceIndex:
    """Return the index of the places in the installation's files."""
    return OwnPlaceIndex(load_own_places(folder))


def _place(number: int, own: OwnPlace) -> Place:
    name, translated = own.name, dict(own.names)
    names: PlaceNames = {"fr": translated.get("fr", name), "nl": translated.get("nl", name), "de": translated.get("de", name)}
    return Place(
        f"own:{number}", own.kind, name, names, Point(own.lat, own.lon), 0,
        country=None, radius_m=own.radius_m, en=translated.get("en", ""), own=True,
    )  # fmt: skip
