"""Quarters that `gazetteer.json` lacks, and that callers name as towns.

Each has a postal code of its municipality; positions are those of its centre, to about 500 m.
"""

from typing import NamedTuple

from board.lookup.place_radius import Point

BRUSSELS = "21004"  # NIS code


class Quarter(NamedTuple):
    """Quarter of a municipality. `nis`: code of the municipality. `size`: class of population."""

    nis: str
    id: str
    fr: str
    nl: str
    code: str
    point: Point
    size: int


QUARTERS = (
    Quarter(BRUSSELS, "quarter:laeken", "Laeken", "Laken", "1020", Point(50.88, 4.353), 5),
    Quarter(
        BRUSSELS, "quarter:neder-over-heembeek", "Neder-Over-Heembeek", "Neder-Over-Heembeek", "1120", Point(50.897, 4.388), 3
    ),
    Quarter(BRUSSELS, "quarter:haren", "Haren", "Haren", "1130", Point(50.892, 4.418), 2),
    Quarter(BRUSSELS, "quarter:marolles", "Marolles", "Marollen", "1000", Point(50.837, 4.346), 2),
    Quarter(BRUSSELS, "quarter:heysel", "Heysel", "Heizel", "1020", Point(50.897, 4.339), 2),
    Quarter("21009", "quarter:flagey", "Flagey", "Flagey", "1050", Point(50.8275, 4.372), 2),
    Quarter("21001", "quarter:peterbos", "Peterbos", "Peterbos", "1070", Point(50.838, 4.291), 1),
    Quarter("21019", "quarter:stockel", "Stockel", "Stokkel", "1150", Point(50.841, 4.464), 2),
    Quarter("11002", "quarter:linkeroever", "Rive-Gauche", "Linkeroever", "2050", Point(51.2225, 4.377), 2),
    Quarter("11002", "quarter:kiel", "Kiel", "Kiel", "2020", Point(51.192, 4.389), 2),
    Quarter("11002", "quarter:zurenborg", "Zurenborg", "Zurenborg", "2018", Point(51.205, 4.428), 2),
    Quarter("11002", "quarter:eilandje", "Eilandje", "Eilandje", "2000", Point(51.235, 4.407), 1),
    Quarter("44021", "quarter:rabot", "Rabot", "Rabot", "9000", Point(51.0625, 3.7165), 2),
    Quarter("44021", "quarter:muide", "Muide", "Muide", "9000", Point(51.072, 3.735), 1),
    Quarter("44021", "quarter:afsnee", "Afsnee", "Afsnee", "9051", Point(51.029, 3.666), 1),
    Quarter("62063", "quarter:outremeuse", "Outremeuse", "Outremeuse", "4020", Point(50.6395, 5.5845), 2),
    Quarter("62063", "quarter:droixhe", "Droixhe", "Droixhe", "4020", Point(50.65, 5.605), 2),
    Quarter("62063", "quarter:cointe", "Cointe", "Cointe", "4000", Point(50.62, 5.567), 1),
    Quarter("62063", "quarter:sart-tilman", "Sart-Tilman", "Sart-Tilman", "4031", Point(50.583, 5.567), 1),
    Quarter("92094", "quarter:salzinnes", "Salzinnes", "Salzinnes", "5000", Point(50.463, 4.842), 2),
    Quarter("92094", "quarter:bomel", "Bomel", "Bomel", "5000", Point(50.474, 4.868), 1),
    Quarter("52011", "quarter:docherie", "Marchienne-Docherie", "Marchienne-Docherie", "6030", Point(50.413, 4.405), 1),
    Quarter("71072", "quarter:godsheide", "Godsheide", "Godsheide", "3500", Point(50.917, 5.386), 1),
    Quarter("71016", "quarter:winterslag", "Winterslag", "Winterslag", "3600", Point(50.98, 5.48), 2),
    Quarter("71016", "quarter:waterschei", "Waterschei", "Waterschei", "3600", Point(50.993, 5.525), 2),
    Quarter("71016", "quarter:zwartberg", "Zwartberg", "Zwartberg", "3600", Point(51.008, 5.532), 2),
    Quarter("35013", "quarter:raversijde", "Raversijde", "Raversijde", "8400", Point(51.206, 2.856), 1),
    Quarter("38014", "quarter:sint-idesbald", "Saint-Idesbald", "Sint-Idesbald", "8670", Point(51.109, 2.612), 1),
    Quarter("31043", "quarter:zoute", "Le Zoute", "Het Zoute", "8300", Point(51.3545, 3.305), 1),
)  # fmt: skip
