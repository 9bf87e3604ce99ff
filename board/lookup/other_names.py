"""Names of Belgian municipalities in the other language that `gazetteer.json` lacks, and quarters of the City of Brussels.

Callers name the quarters as towns. Each has its own postal code; positions are those of its centre, to about 500 m.
"""

from typing import NamedTuple

from board.lookup.place_radius import Point

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "De Haan": ("Le Coq", "Le Coq-sur-Mer"), "Hoegaarden": ("Hougaerde",), "Hélécine": ("Heilissem",),
    "Kapelle-op-den-Bos": ("Capelle-au-Bois",), "Sint-Gillis-Waas": ("Saint-Gilles-Waes",),
    "Sint-Katelijne-Waver": ("Wavre-Sainte-Catherine",), "Sint-Laureins": ("Saint-Laurent",),
    "Sint-Lievens-Houtem": ("Hautem-Saint-Liévin",), "Sint-Martens-Latem": ("Laethem-Saint-Martin",),
    "Sint-Pieters-Leeuw": ("Leeuw-Saint-Pierre",),
}  # fmt: skip
BRUSSELS = "21004"  # NIS code


class Quarter(NamedTuple):
    """Quarter of the City of Brussels."""

    id: str
    fr: str
    nl: str
    code: str
    point: Point
    size: int  # class of population


QUARTERS = (
    Quarter("quarter:laeken", "Laeken", "Laken", "1020", Point(50.88, 4.353), 5),
    Quarter("quarter:neder-over-heembeek", "Neder-Over-Heembeek", "Neder-Over-Heembeek", "1120", Point(50.897, 4.388), 3),
    Quarter("quarter:haren", "Haren", "Haren", "1130", Point(50.892, 4.418), 2),
)  # fmt: skip
