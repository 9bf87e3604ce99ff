"""Railway stations, from `stations.csv`: names in four languages. Several names of one station are separated by a slash."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

from board.lookup.fuzzy_names import normalize_name
from board.lookup.place import Place, PlaceNames
from board.lookup.place_radius import Point
from board.paths import DATA

FILE = "stations.csv"
RADIUS_M = 300
# Stations that are meant if a caller names only the town, or only "Zuid" or "central". All other stations have size 0.
MAIN_SIZES = {
    "Brussel-Zuid/Bruxelles-Midi": 6, "Brussel-Centraal/Bruxelles-Central": 6, "Brussel-Noord/Bruxelles-Nord": 6,
    "Gent-Sint-Pieters": 5, "Antwerpen-Centraal": 5, "Leuven": 5, "Liège-Guillemins": 5,
    "Namur": 4, "Mechelen": 4, "Ottignies": 4, "Brugge": 4, "Charleroi-Central": 4, "Kortrijk": 4, "Mons": 4, "Hasselt": 4,
    "Antwerpen-Berchem": 3, "Gent-Dampoort": 3, "Brussel-Luxemburg/Bruxelles-Luxembourg": 3, "Verviers-Central": 3,
    "Brussel-Schuman/Bruxelles-Schuman": 3, "La Louvière-Sud": 2, "Antwerpen-Zuid": 2, "Liège-Saint-Lambert": 2,
    "Lille Flandres": 2, "Paris Nord": 2, "La Louvière-Centre": 1,
}  # fmt: skip
JUNCTIONS = frozenset({"Melle PW", "Y.renory"})  # points of the railway without a platform, which callers never name
OTHER_NAMES = {  # former names, and short ones
    "Liège-Saint-Lambert": ("Liège-Palais", "Luik-Paleis"), "Liège-Carré": ("Liège-Jonfosse", "Luik-Jonfosse"),
    "Charleroi-Central": ("Charleroi-Sud", "Charleroi-Zuid"),
    "Mortsel-Oude God": ("Mortsel-Vieux-Dieu", "Vieux-Dieu"), "Den Haag HS": ("Den Haag Hollands Spoor",),
    "Welkenraedt": ("Herbesthal",), "Antwerpen-Berchem": ("Berchem",), "Kapelle-op-den-Bos": ("Kapelle",),
    "Brussels Airport - Zaventem": ("Brussel-Nationaal-Luchthaven", "Bruxelles-National-Aéroport"),
}  # fmt: skip


class Station(NamedTuple):
    """Station, and the names under which it is found."""

    place: Place
    names: tuple[str, ...]

    @property
    def is_junction(self) -> bool:
        return self.place.name in JUNCTIONS


def load_stations() -> Iterator[Station]:
    """Yield all stations and junctions."""
    ids: set[str] = set()
    with (DATA / FILE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            id = _id(row["name"], ids)
            yield _station(id, row)


def _station(id: str, row: dict[str, str]) -> Station:
    name, country = row["name"], row["country"].upper()
    texts = {language: row[language] or name for language in ("fr", "nl", "de", "en")}
    shown = {language: text.partition("/")[0] for language, text in texts.items()}
    names: PlaceNames = {"fr": shown["fr"], "nl": shown["nl"], "de": shown["de"]}
    place = Place(
        id, "station", name.replace("/", " / "), names, Point(float(row["lat"]), float(row["lon"])), MAIN_SIZES.get(name, 0),
        country=country, radius_m=RADIUS_M, en=shown["en"],
    )  # fmt: skip
    found_by = (part for text in (name, *texts.values()) for part in text.split("/"))
    return Station(place, tuple(dict.fromkeys((*found_by, *OTHER_NAMES.get(name, ())))))


def _id(name: str, used: set[str]) -> str:
    """Return an id made of the name: `station:gent-dampoort`."""
    slug = "station:" + normalize_name(name).replace(" ", "-")
    id = next(candidate for number in range(1, 100) if (candidate := slug if number == 1 else f"{slug}-{number}") not in used)
    used.add(id)
    return id
