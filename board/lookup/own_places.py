"""Index of the installation's own places. It is built once, at the first look-up or at start."""

from functools import lru_cache

from board.config.own_place import OwnPlace
from board.config.own_places import load_own_places
from board.lookup.place import Place, PlaceNames
from board.lookup.place_index import PlaceIndex
from board.lookup.place_radius import Point

PlaceRow = tuple[OwnPlace, ...]


@lru_cache(maxsize=1)  # of the files at the start
def own_places(folder: str | None) -> PlaceIndex:
    """Return the index of the places in the installation's files."""
    index = PlaceIndex()
    for number, place in enumerate(load_own_places(folder)):
        index.add(_place(number, place), (place.name, *(text for _, text in place.names)))
    index.build()
    return index


def _place(number: int, own: OwnPlace) -> Place:
    name, translated = own.name, dict(own.names)
    names: PlaceNames = {"fr": translated.get("fr", name), "nl": translated.get("nl", name), "de": translated.get("de", name)}
    return Place(
        f"own:{number}", own.kind, name, names, Point(own.lat, own.lon), 0,
        country=None, radius_m=own.radius_m, en=translated.get("en", ""), own=True,
    )  # fmt: skip
