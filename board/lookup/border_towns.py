"""Towns just across the border that are too small for `neighbours.json`, and that callers name.

Positions are those of the centre, to about 500 m.
"""

from typing import NamedTuple

from board.lookup.place import Place, PlaceNames
from board.lookup.place_radius import Point

RADIUS_M = 2_500
SIZE = 2  # class of population


class BorderTown(NamedTuple):
    """Town abroad. `other_names`: in other languages."""

    country: str
    name: str
    point: Point
    other_names: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        names: PlaceNames = {"fr": self.name, "nl": self.name, "de": self.name}
        id = f"town:{self.country.lower()}-{self.name.casefold().replace(' ', '-')}"
        return Place(id, "city", self.name, names, self.point, SIZE, country=self.country, radius_m=RADIUS_M)


BORDER_TOWNS = (
    BorderTown("FR", "Bray-Dunes", Point(51.079, 2.525)),
    BorderTown("FR", "Hondschoote", Point(50.981, 2.585)),
    BorderTown("FR", "Steenvoorde", Point(50.811, 2.58)),
    BorderTown("FR", "Bailleul", Point(50.739, 2.733), ("Belle",)),
    BorderTown("FR", "Condé-sur-l'Escaut", Point(50.45, 3.59)),
    BorderTown("FR", "Bavay", Point(50.299, 3.793)),
    BorderTown("FR", "Hirson", Point(49.921, 4.082)),
    BorderTown("FR", "Fumay", Point(49.992, 4.705)),
    BorderTown("FR", "Givet", Point(50.138, 4.825)),
    BorderTown("FR", "Montmédy", Point(49.518, 5.369)),
    BorderTown("FR", "Longwy", Point(49.519, 5.761)),
    BorderTown("LU", "Differdange", Point(49.524, 5.891)),
    BorderTown("LU", "Wiltz", Point(49.966, 5.933)),
    BorderTown("DE", "Bitburg", Point(49.967, 6.526)),
    BorderTown("DE", "Prüm", Point(50.207, 6.425)),
    BorderTown("DE", "Monschau", Point(50.556, 6.24), ("Montjoie",)),
    BorderTown("DE", "Roetgen", Point(50.648, 6.194)),
    BorderTown("NL", "Vaals", Point(50.77, 6.018)),
    BorderTown("NL", "Baarle-Nassau", Point(51.446, 4.929)),
    BorderTown("NL", "Hulst", Point(51.281, 4.053)),
    BorderTown("NL", "Sas van Gent", Point(51.227, 3.799)),
    BorderTown("NL", "Oostburg", Point(51.326, 3.489)),
    BorderTown("NL", "Sluis", Point(51.308, 3.387), ("L'Écluse",)),
)
