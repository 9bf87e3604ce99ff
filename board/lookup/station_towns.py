"""Longer name of a station: its municipality's, if that begins with the station's ("Leuze" is called "Leuze-en-Hainaut")."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from board.lookup.fuzzy_names import normalize_name
from board.lookup.place import Place
from board.lookup.place_radius import metres
from board.lookup.stations import Station

OUTSIDE_M = 3_000  # metres: radii of municipalities are approximate

Beginnings = dict[str, list[tuple[Place, str]]]  # words that begin a longer name -> municipalities with that name


def beginnings(towns: Iterable[Place]) -> Beginnings:
    """Return the beginnings of the municipalities' names, without the names themselves."""
    longer: Beginnings = defaultdict(list)
    for town in towns:
        for name in dict.fromkeys((town.name, *(town.names["fr"], town.names["nl"], town.names["de"]))):
            words = normalize_name(name).split()
            for count in range(1, len(words)):
                longer[" ".join(words[:count])].append((town, name))
    return longer


def longer_names(station: Station, longer: Beginnings) -> Iterator[str]:
    """Yield the names of municipalities around a station that begin with a name of the station."""
    for name in station.names:
        for town, text in longer.get(normalize_name(name), ()):
            if _is_in(station.place, town):
                yield text


def _is_in(station: Place, town: Place) -> bool:
    return bool(station.point and town.point and metres(station.point, town.point) <= (town.radius_m or 0) + OUTSIDE_M)
