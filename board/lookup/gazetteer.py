"""Gazetteer: Belgian municipalities and localities, larger cities abroad, and railway stations, by name (French, Dutch, German,
English) and postal code. Kept in memory; sources are listed in `board/config/data/README.md`.

Names are compared normalized: no accents, lower case, hyphens as spaces; Saint, Sint and Sankt are one word.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

from board.lookup import english_names, place_radius, station_towns
from board.lookup.border_towns import BORDER_TOWNS
from board.lookup.other_names import OTHER_NAMES
from board.lookup.place import Place, PlaceNames
from board.lookup.place_index import PlaceIndex
from board.lookup.place_query import read_query
from board.lookup.place_radius import Point, metres, point_of
from board.lookup.place_rank import Rank
from board.lookup.place_words import AFTER_LETTERS
from board.lookup.quarters import QUARTERS
from board.lookup.stations import load_stations
from board.paths import DATA

LANGUAGES = ("fr", "nl", "de")
CITY_RADIUS = (3_000, 3_000, 3_000, 3_000, 4_000, 6_000, 10_000)  # radius in metres, by class of population
QUARTER_RADIUS_M = 2_000
CODE_DIGITS = 4
MAX_RANKED = 60  # places of a name, if a postal code is typed too

RankedPlace = tuple[Rank, Place]


class Gazetteer:
    """Places that come with the program, built by `gazetteer()`."""

    def __init__(self, attribution: str) -> None:
        self.attribution = attribution
        self.index = PlaceIndex()
        self._codes: list[tuple[str, int]] = []  # postal code, place

    @property
    def places(self) -> list[Place]:
        return self.index.places

    def build_index(self) -> None:
        """Sort the names and codes, after all are added."""
        self.index.build()
        self._codes = sorted((code, index) for index, place in enumerate(self.places) for code in place.codes)

    def find(self, typed: str, limit: int, near: Point | None = None) -> list[Place]:
        """Return the matching places, best first."""
        return [place for _, place in self.ranked(typed, limit, near)]

    def ranked(self, typed: str, limit: int, near: Point | None = None) -> list[RankedPlace]:
        """Return the matching places with their ranks, best first."""
        query = read_query(typed)
        code = _postal_code(query.words)
        words = tuple(word for word in query.words if not word.isdecimal())
        if code is None:
            return self.index.find(query._replace(words=words), near, limit)
        name = query._replace(words=words)
        by_name = self.index.find(name, near, MAX_RANKED) if name.words or name.is_station else []
        by_code = self._match_codes(code)
        towns = [place for _, place in by_code]
        # "1000 bru": matches of both, then matches of the code
        by_both = [(rank, place) for rank, place in by_name if _has(place, code, towns)]
        ids = {place.id for _, place in by_both}
        return [*by_both, *((rank, place) for rank, place in by_code if place.id not in ids)][:limit]

    def _match_codes(self, code: str) -> list[RankedPlace]:
        begin, end = (bisect_left(self._codes, (bound,)) for bound in (code, code + AFTER_LETTERS))
        places = [self.places[at] for at in sorted({at for _, at in self._codes[begin:end]})]
        ranked = [(_code_rank(place, code), place) for place in places]
        return sorted(ranked, key=itemgetter(0))


def _postal_code(words: Sequence[str]) -> str | None:
    """Return the postal code of a query. Besides a name, a shorter number is a platform or a house: "Lokeren spoor 2"."""
    numbers = [word for word in words if word.isdecimal()]
    return next((word for word in numbers if len(word) == CODE_DIGITS or len(numbers) == len(words)), None)


def _code_rank(place: Place, code: str) -> Rank:
    return int(code not in place.codes), place.kind != "municipality", 0, False, -place.size, 0, 0, place.name


@cache
def gazetteer() -> Gazetteer:
    """Return all places; takes 200 ms at the first call."""
    data, around = (json.loads((DATA / name).read_text(encoding="utf-8")) for name in ("gazetteer.json", "neighbours.json"))
    towns = {row["nis"]: (_municipality(row, data), row) for row in _rows(data, "municipality", "municipalities")}
    parts = [(_locality(row, towns), row) for row in _rows(data, "locality", "localities")]
    points = defaultdict(list)
    for part, row in parts:
        if part.point:
            points[row["nis"]].append(part.point)
    for quarter in QUARTERS:
        points[quarter.nis].append(quarter.point)
    seats = place_radius.grid(town.point for town, _ in towns.values() if town.point)
    everywhere = place_radius.grid(chain(*seats.values(), *points.values()))
    index = Gazetteer(data["attribution"])
    for nis, (town, row) in towns.items():
        if town.point:
            town.radius_m = place_radius.municipality_radius(town.point, points[nis], seats, town.size, row["src"] != "g")
        _add(index, town, row)
    for part, row in parts:
        if part.point:
            part.radius_m = place_radius.locality_radius(part.point, everywhere)
        _add(index, part, row)
    _add_quarters(index, {nis: town for nis, (town, _) in towns.items()})
    for row in (dict(zip(around["fields"], values, strict=True)) for values in around["cities"]):
        _add(index, _city(row), row)
    main_towns = {town.name for town, _ in towns.values()}  # "gare de Marche": en-Famenne is a town, les-Dames is not
    for abroad in BORDER_TOWNS:
        index.index.add(abroad.place, (abroad.name, *abroad.other_names))
    longer = station_towns.beginnings(town for town, _ in towns.values())
    for station in (each for each in load_stations() if not each.is_junction):
        station.place.size = station.place.size or int(station.place.name in main_towns)
        others = OTHER_NAMES.get(station.place.name, ())
        index.index.add(station.place, (*station.names, *others, *station_towns.longer_names(station, longer)))
    index.build_index()
    return index


def _has(place: Place, code: str, towns: list[Place]) -> bool:
    """Return whether a place has the postal code. A station has it if it is in a municipality with the code."""
    if place.kind == "station":
        return any(
            metres(town.point, place.point) <= (town.radius_m or 0)
            for town in towns
            if town.point and place.point and town.kind == "municipality"
        )
    return any(postal_code.startswith(code) for postal_code in (place.within or place).codes)


def _rows(data: dict[str, Any], one: str, many: str) -> Iterator[dict[str, Any]]:
    return (dict(zip(data[f"{one}Fields"], row, strict=True)) for row in data[many])


def _add(gazetteer: Gazetteer, place: Place, row: dict[str, Any]) -> None:
    english = english_names.ABROAD if place.kind == "city" else english_names.BELGIUM if place.kind == "municipality" else {}
    in_english = english.get(place.name, ())
    place.en = "".join(in_english[:1])
    others = OTHER_NAMES.get(place.name, ()) if place.kind == "municipality" else ()
    names = {*(row.get(key, "") for key in ("name", *LANGUAGES)), *in_english, *others} - {""}
    gazetteer.index.add(place, sorted(names), sorted(set(row.get("alt", ())) - names))


def _add_quarters(gazetteer: Gazetteer, towns: dict[str, Place]) -> None:
    for quarter in QUARTERS:
        fr, nl, town = quarter.fr, quarter.nl, towns[quarter.nis]
        is_bilingual = " / " in town.name
        name = f"{fr} / {nl}" if is_bilingual and fr != nl else nl
        place = Place(
            quarter.id, "locality", name, {"fr": fr, "nl": nl, "de": fr if is_bilingual else nl}, quarter.point,
            quarter.size, codes=(quarter.code,), province=town.province, within=town, radius_m=QUARTER_RADIUS_M,
        )  # fmt: skip
        gazetteer.index.add(place, (fr, nl))


def _municipality(row: dict[str, Any], data: dict[str, Any]) -> Place:
    fr = row["fr"]
    nl = row["nl"] or fr
    local_name = {"nl": nl, "fr": fr, "de": row["de"] or fr, "fr,nl": fr}[row["lang"]]
    name = f"{fr} / {nl}" if row["lang"] == "fr,nl" and fr != nl else local_name
    names: PlaceNames = {"fr": fr, "nl": nl, "de": row["de"] or local_name}
    codes, province = tuple(row["postal"]), data["provinces"].get(row["province"]) or data["regions"][row["region"]]
    return Place(f"nis:{row['nis']}", "municipality", name, names, point_of(row), row["pop"], codes=codes, province=province)


def _locality(row: dict[str, Any], towns: dict[str, tuple[Place, dict[str, Any]]]) -> Place:
    town, _ = towns.get(row["nis"], (None, {}))
    # The code of a locality is known only if its municipality has a single one.
    codes = town.codes if town and len(town.codes) == 1 else ()
    name, province = row["name"], town.province if town else None
    return Place(
        f"gn:{row['geonameid']}", "locality", name, {"fr": name, "nl": name, "de": name}, point_of(row), row["pop"],
        codes=codes, province=province, within=town,
    )  # fmt: skip


def _city(row: dict[str, Any]) -> Place:
    name = row["name"]
    names: PlaceNames = {"fr": row["fr"] or name, "nl": row["nl"] or name, "de": row["de"] or name}
    return Place(
        f"gn:{row['geonameid']}", "city", name, names, point_of(row), row["pop"],
        country=row["country"], radius_m=CITY_RADIUS[row["pop"]],
    )  # fmt: skip
