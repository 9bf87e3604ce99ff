"""Town that a text names to say where a smaller place is: "Heverlee bij Leuven", "Ans Liège"."""

from collections.abc import Iterator, Sequence

from board.lookup.place import Place
from board.lookup.place_query import LIGHT_IN_TEXTS, Query
from board.lookup.place_radius import metres
from board.lookup.place_rank import Name

POOR = 9  # quarters of an error; if the best place has fewer, the text names no town besides it
AROUND = 4  # penalty of a place that is named with its town, in quarters of an error
MAX_ERRORS_AROUND = 5  # quarters; with more, the remaining words are not the name of a place
MAX_TOWNS = 4  # best places of the text that may be its town
AROUND_M = 12_000  # metres from the town


def is_town(place: Place) -> bool:
    """Return whether callers name this place to say where another one is."""
    return place.kind in ("municipality", "city")


def is_around(place: Place, town: Place) -> bool:
    """Return whether the place is smaller than the town, and in it or near it."""
    if place is town or (is_town(place) and place.size >= town.size):
        return False
    if place.within is town:
        return True
    return bool(place.point and town.point and metres(place.point, town.point) <= AROUND_M)


def without_town(query: Query, names: Sequence[Name]) -> Iterator[Query]:
    """Yield the query without a name of the town, if other words of a name remain."""
    for name in names:
        words = name.text.split()
        rest = tuple(word for word in query.words if word not in words)
        if set(words) <= set(query.words) and any(word not in LIGHT_IN_TEXTS for word in rest):
            yield query._replace(words=rest, is_open=query.is_open and rest[-1] == query.words[-1])
