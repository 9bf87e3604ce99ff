"""Gazetteer: Belgian municipalities and localities, and larger cities abroad, by name (French, Dutch, German) and postal code.

Names are compared normalized: no accents, lower case, hyphens as spaces; Saint, Sint and Sankt are one word. Order of matches:
the complete name, its beginning, the beginning of a later word, the last words of the input ("station Gent"), then names with a
wrong letter; among equals the larger place. Kept in memory; sources are listed in `board/config/data/README.md`.
"""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, Literal

from starlette.requests import Request
from typing_extensions import TypedDict

from board.i18n import N_
from board.lookup import place_radius
from board.lookup.fuzzy_names import normalize_name, prefix_edit_distance
from board.lookup.place_radius import Point, point_of
from board.paths import DATA
from board.web.endpoint import Call, IntParam, Param
from board.web.http import Reply, json_response, require_caller, service_of

LANGUAGES = ("fr", "nl", "de")
MAX_QUERY = 200  # characters of the query: the maximum length of a place's text
CANDIDATES = 60  # names that are compared letter by letter if none begins like the query
CITY_RADIUS = (3_000, 3_000, 3_000, 3_000, 4_000, 6_000, 10_000)  # radius in metres, by class of population
AFTER_LETTERS = "\U0010ffff"  # sorts after every letter


QUERY, LIMIT = Param("q", {"type": "string", "maxLength": MAX_QUERY}), IntParam("limit", 1, 20, 8)

PlaceKind = Literal["municipality", "locality", "city"]  # a city is abroad


PlaceNames = TypedDict("PlaceNames", {"fr": str, "nl": str, "de": str})
PlaceWithin = TypedDict("PlaceWithin", {"fr": str, "nl": str, "de": str, "id": str})
GazetteerPlace = TypedDict("GazetteerPlace", {
    "fr": str, "nl": str, "de": str, "id": str, "kind": PlaceKind, "name": str, "postal": Sequence[str],
    "within": PlaceWithin | None, "province": PlaceNames | None, "country": str, "lat": float | None, "lon": float | None,
    "radius_m": float | None,
})  # fmt: skip
PlaceList = TypedDict("PlaceList", {"places": list[GazetteerPlace], "attribution": str})


@dataclass(slots=True)
class Place:
    """Place. `names`: display names by language. `name`: name in its own region. `within`: municipality of a locality."""

    id: str
    kind: PlaceKind
    name: str
    names: PlaceNames
    point: Point | None
    size: int  # class of population, 0 to 6
    country: str = "BE"
    codes: tuple[str, ...] = ()
    province: PlaceNames | None = None
    within: "Place | None" = None
    radius_m: int | None = None

    def to_json(self) -> GazetteerPlace:
        """Return the place in the contract's format."""
        lat, lon = self.point or (None, None)
        within: PlaceWithin | None = {"id": self.within.id, **self.within.names} if self.within else None
        return {
            "id": self.id, "kind": self.kind, "name": self.name, **self.names, "postal": self.codes, "within": within,
            "province": self.province, "country": self.country, "lat": lat, "lon": lon, "radius_m": self.radius_m,
        }  # fmt: skip


Rank = tuple[int, bool, bool, int, int, str]  # match class, abroad, old spelling, size (largest first), length, name


@dataclass(slots=True)
class Gazetteer:
    """Index of places, built by `gazetteer()`."""

    places: list[Place]
    attribution: str
    # Text, place, starts at the beginning of the name, old spelling
    _keys: list[tuple[str, int, bool, bool]] = field(default_factory=list)
    # Bigram: indexes of the keys that contain it
    _keys_by_bigram: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _codes: list[tuple[str, int]] = field(default_factory=list)  # postal code, place

    def add_name(self, number: int, name: str, old: bool) -> None:
        """Add a name of a place, and the beginnings of its later words."""
        words = normalize_name(name).split()
        self._keys += [(" ".join(words[at:]), number, at == 0, old) for at in range(len(words))]

    def build_index(self) -> None:
        """Sort the names and codes and index the names' bigrams, after all are added."""
        self._codes = sorted((code, index) for index, place in enumerate(self.places) for code in place.codes)
        self._keys = sorted(set(self._keys))
        for index, (text, _, is_full_name, _) in enumerate(self._keys):
            if is_full_name:
                for pair in set(_bigrams(text)):
                    self._keys_by_bigram[pair].append(index)

    def find(self, typed: str, limit: int) -> list[Place]:
        """Return the matching places, best first."""
        words = normalize_name(typed).split()
        code = next((word for word in words if word.isdecimal()), None)
        name = " ".join(word for word in words if not word.isdecimal())
        by_name = self._match_names(name) if name else {}
        if code:
            by_code = {at: rank for at, rank in self._match_codes(code).items() if not name or at not in by_name}
            # "1000 bru": matches of both first, then matches of the code
            by_both = {at: rank for at, rank in by_name.items() if _has(self.places[at], code)}
            return [self.places[at] for ranks in (by_both, by_code) for at in sorted(ranks, key=ranks.__getitem__)][:limit]
        return [self.places[at] for at in sorted(by_name, key=by_name.__getitem__)][:limit]

    def _match_codes(self, code: str) -> dict[int, Rank]:
        begin, end = (bisect_left(self._codes, (bound,)) for bound in (code, code + AFTER_LETTERS))
        places = {at: self.places[at] for _, at in self._codes[begin:end]}
        return {
            at: (int(code not in place.codes), False, place.kind != "municipality", -place.size, 0, place.name)
            for at, place in sorted(places.items(), key=itemgetter(0))
        }

    def _match_names(self, name: str) -> dict[int, Rank]:
        matches = self._match_prefix(name)
        if self.is_exact(name):
            return matches
        return self._match_misspelt(name) | (matches or self._match_last_words(name))

    def _match_last_words(self, name: str) -> dict[int, Rank]:
        """Return the matches of the longest run of last words that has any: ranked first if it is a complete name, otherwise
        last."""
        words = name.split()
        parts = (" ".join(words[at:]) for at in range(1, len(words)))
        matches = next((part_matches for part in parts if len(part) > 2 and (part_matches := self._match_prefix(part))), {})
        return {at: (1 if rank[0] == 0 else 9, *rank[1:]) for at, rank in matches.items()}

    def is_exact(self, name: str) -> bool:
        """Return whether this normalized name is a place's name, or the end of one."""
        return any(text == name for text, *_ in self._keys[bisect_left(self._keys, (name,)) :][:1])

    def _match_prefix(self, name: str) -> dict[int, Rank]:
        ranks: dict[int, Rank] = {}
        begin, end = (bisect_left(self._keys, (bound,)) for bound in (name, name + AFTER_LETTERS))
        for text, at, is_full_name, old in self._keys[begin:end]:
            match_class = (0 if text == name and not old else 1) if is_full_name else 2
            self._keep_best(ranks, at, match_class, old, text)
        return ranks

    def _match_misspelt(self, name: str) -> dict[int, Rank]:
        """Return names with a similar beginning: one letter wrong, missing, extra or swapped; two in a long name."""
        max_errors = 2 if len(name) > 6 else 1
        ranks: dict[int, Rank] = {}
        if not 4 <= len(name) <= 60:
            return ranks
        common_bigrams = Counter(key for pair in set(_bigrams(name)) for key in self._keys_by_bigram.get(pair, ()))
        for key, _ in common_bigrams.most_common(CANDIDATES):
            text, at, _, old = self._keys[key]
            errors = prefix_edit_distance(name, text, max_errors)
            if errors <= max_errors:
                self._keep_best(ranks, at, 2 + errors + (len(text) > len(name) + max_errors), old, text)
        return ranks

    def _keep_best(self, ranks: dict[int, Rank], at: int, match_class: int, old: bool, text: str) -> None:
        place = self.places[at]
        rank = (match_class, place.kind == "city", old, -place.size, len(text), place.name)
        ranks[at] = min(rank, ranks.get(at, rank))


@cache
def gazetteer() -> Gazetteer:
    """Return all places; takes 100 ms at the first call."""
    data, around = (json.loads((DATA / name).read_text(encoding="utf-8")) for name in ("gazetteer.json", "neighbours.json"))
    towns = {row["nis"]: (_municipality(row, data), row) for row in _rows(data, "municipality", "municipalities")}
    parts = [(_locality(row, towns), row) for row in _rows(data, "locality", "localities")]
    points = defaultdict(list)
    for part, row in parts:
        if part.point:
            points[row["nis"]].append(part.point)
    seats = place_radius.grid(town.point for town, _ in towns.values() if town.point)
    everywhere = place_radius.grid(chain(*seats.values(), *points.values()))
    index = Gazetteer([], data["attribution"])
    for nis, (town, row) in towns.items():
        if town.point:
            town.radius_m = place_radius.municipality_radius(town.point, points[nis], seats, town.size, row["src"] != "g")
        _add(index, town, row)
    for part, row in parts:
        if part.point:
            part.radius_m = place_radius.locality_radius(part.point, everywhere)
        _add(index, part, row)
    for row in (dict(zip(around["fields"], values, strict=True)) for values in around["cities"]):
        _add(index, _city(row), row)
    index.build_index()
    return index


def _bigrams(text: str) -> Iterator[str]:
    padded = f" {text}"  # weights the first letter
    return (padded[at : at + 2] for at in range(len(padded) - 1))


def _has(place: Place, code: str) -> bool:
    return any(postal_code.startswith(code) for postal_code in (place.within or place).codes)


def _rows(data: dict[str, Any], one: str, many: str) -> Iterator[dict[str, Any]]:
    return (dict(zip(data[f"{one}Fields"], row, strict=True)) for row in data[many])


def _add(index: Gazetteer, place: Place, row: dict[str, Any]) -> None:
    index.places.append(place)
    number = len(index.places) - 1
    current_names = {row.get(key, "") for key in ("name", *LANGUAGES)} - {""}
    for name in current_names:
        index.add_name(number, name, old=False)
    for name in set(row.get("alt", ())) - current_names:
        index.add_name(number, name, old=True)


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


@Call(
    "GET", "/places", N_("Finds places by name or postal code, in French, Dutch and German."),
    ("unauthenticated", "rate_limited", "failed", "unavailable", "invalid"), query=(QUERY, LIMIT),
)  # fmt: skip
async def places(request: Request) -> Reply[PlaceList]:
    """Find places by name or by postal code.

    Any scope may. Names are in French, Dutch or German; a postal code can precede or follow ("1000 bru"). A beginning is enough,
    and one letter may be wrong. Best first, none for an empty `q`. Show `attribution` if you show places.

    `places[].kind`: `city` for one abroad.
    `places[].name`: in its own language.
    `places[].within`: of a locality: its municipality, or null.
    `places[].province`: or null.
    `places[].lat`: null if it is not known.
    `places[].lon`: null if it is not known.
    `places[].radius_m`: within how many metres of that point; null if it is not known.
    """
    caller = await require_caller(request, intake=True)
    typed = QUERY.read(request) or ""
    limit = LIMIT.read(request)

    def find() -> PlaceList:
        index = gazetteer()
        return {"places": [place.to_json() for place in index.find(typed, limit)], "attribution": index.attribution}

    return json_response(await service_of(request).queues.lookups.run(caller.account.id, find))
