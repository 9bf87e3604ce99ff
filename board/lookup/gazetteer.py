"""Places by name and postal code, in French, Dutch and German: Belgium's municipalities and localities, larger cities around.

Names are compared folded: no accents, no capitals, hyphens are spaces, Saint, Sint and Sankt are one word. Best first: the
whole name, then its beginning, then the beginning of a later word, then the last words of what was typed ("station Gent"),
then names with a letter wrong; among equals the larger place. In memory, read once; what it is made from stands in
`board/data/README.md`.
"""

import asyncio
import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.errors import invalid
from board.i18n import N_
from board.lookup import place_radius
from board.lookup.fuzzy_names import normalize_name, prefix_edit_distance
from board.lookup.place_radius import Point
from board.paths import DATA
from board.web.http import int_query_param, json_errors, json_response, require_caller

LANGUAGES = ("fr", "nl", "de")
LONGEST = 200  # characters that are looked for: as long as a place's text may be
CANDIDATES = 60  # names that are compared letter by letter where nothing begins as was typed
ABROAD = (3_000, 3_000, 3_000, 3_000, 4_000, 6_000, 10_000)  # radius in metres, by class of population
LAST = "\U0010ffff"  # sorts after every letter


@dataclass(slots=True)
class Place:
    """`names` are for showing, one for each language; `name` is that of its own region. `within` is a locality's municipality."""

    id: str
    kind: str  # municipality, locality, city (abroad)
    name: str
    names: dict[str, str]
    point: Point | None
    size: int  # class of population, 0 to 6
    country: str = "BE"
    codes: tuple[str, ...] = ()
    province: dict[str, str] | None = None
    within: "Place | None" = None
    radius_m: int | None = None

    def shown(self) -> dict[str, Any]:
        """As the contract has it."""
        lat, lon = self.point or (None, None)
        within = self.within and {"id": self.within.id, **self.within.names}
        return {
            "id": self.id, "kind": self.kind, "name": self.name, **self.names, "postal": self.codes, "within": within,
            "province": self.province, "country": self.country, "lat": lat, "lon": lon, "radius_m": self.radius_m,
        }  # fmt: skip


Rank = tuple[int, bool, bool, int, int, str]  # how well it fits, abroad, an old spelling, size (largest first), length, name


@dataclass(slots=True)
class Gazetteer:
    """Got by `gazetteer()`."""

    places: list[Place]
    attribution: str
    _keys: list[tuple[str, int, bool, bool]] = field(default_factory=list)  # text, place, from its beginning, old spelling
    _pairs: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))  # two letters: keys that have them

    def learn(self, number: int, name: str, old: bool) -> None:
        """A name of a place, and the beginnings of its later words."""
        words = normalize_name(name).split()
        self._keys += [(" ".join(words[at:]), number, at == 0, old) for at in range(len(words))]

    def settle(self) -> None:
        """All names are known: sorts them."""
        self._keys = sorted(set(self._keys))
        for at, (text, _, whole, _) in enumerate(self._keys):
            if whole:
                for pair in set(_pairs(text)):
                    self._pairs[pair].append(at)

    def find(self, typed: str, limit: int) -> list[Place]:
        """The places that are meant, the best first."""
        words = normalize_name(typed).split()
        code = next((word for word in words if word.isdecimal()), None)
        name = " ".join(word for word in words if not word.isdecimal())
        named = self._named(name) if name else {}
        if code:
            coded = {at: rank for at, rank in self._coded(code).items() if not name or at not in named}
            # "1000 bru": what fits both, then what fits the code
            both = {at: rank for at, rank in named.items() if _has(self.places[at], code)}
            return [self.places[at] for found in (both, coded) for at in sorted(found, key=found.__getitem__)][:limit]
        return [self.places[at] for at in sorted(named, key=named.__getitem__)][:limit]

    def _coded(self, code: str) -> dict[int, Rank]:
        return {
            at: (int(code not in place.codes), False, place.kind != "municipality", -place.size, 0, place.name)
            for at, place in enumerate(self.places)
            if any(each.startswith(code) for each in place.codes)
        }

    def _named(self, name: str) -> dict[int, Rank]:
        found = self._beginning(name)
        if self.knows(name):
            return found
        return self._misspelt(name) | (found or self._ending(name))

    def _ending(self, name: str) -> dict[int, Rank]:
        """What the last words begin, as many of them as name something: well if it is the whole name, else worst of all."""
        words = name.split()
        parts = (" ".join(words[at:]) for at in range(1, len(words)))
        found = next((some for part in parts if len(part) > 2 and (some := self._beginning(part))), {})
        return {at: (1 if rank[0] == 0 else 9, *rank[1:]) for at, rank in found.items()}

    def knows(self, name: str) -> bool:
        """Whether a place, or the end of its name, is called so; folded."""
        return any(text == name for text, *_ in self._keys[bisect_left(self._keys, (name,)) :][:1])

    def _beginning(self, name: str) -> dict[int, Rank]:
        found: dict[int, Rank] = {}
        for text, at, whole, old in self._keys[bisect_left(self._keys, (name,)) : bisect_left(self._keys, (name + LAST,))]:
            fit = (0 if text == name and not old else 1) if whole else 2
            self._keep(found, at, fit, old, text)
        return found

    def _misspelt(self, name: str) -> dict[int, Rank]:
        """Names that begin almost so: one letter is wrong, missing, too many or swapped with the next; two in a long one."""
        allowed = 2 if len(name) > 6 else 1
        found: dict[int, Rank] = {}
        if not 4 <= len(name) <= 60:
            return found
        shared = Counter(key for pair in set(_pairs(name)) for key in self._pairs.get(pair, ()))
        for key, _ in shared.most_common(CANDIDATES):
            text, at, _, old = self._keys[key]
            wrong = prefix_edit_distance(name, text, allowed)
            if wrong <= allowed:
                self._keep(found, at, 2 + wrong + (len(text) > len(name) + allowed), old, text)
        return found

    def _keep(self, found: dict[int, Rank], at: int, fit: int, old: bool, text: str) -> None:
        place = self.places[at]
        rank = (fit, place.kind == "city", old, -place.size, len(text), place.name)
        found[at] = min(rank, found.get(at, rank))


@cache
def gazetteer() -> Gazetteer:
    """All places; a tenth of a second when first asked for."""
    data, around = (json.loads((DATA / name).read_text(encoding="utf-8")) for name in ("gazetteer.json", "neighbours.json"))
    towns = {row["nis"]: (_municipality(row, data), row) for row in _rows(data, "municipality", "municipalities")}
    parts = [(_locality(row, towns), row) for row in _rows(data, "locality", "localities")]
    own = defaultdict(list)
    for part, row in parts:
        if part.point:
            own[row["nis"]].append(part.point)
    seats = place_radius.grid(town.point for town, _ in towns.values() if town.point)
    everywhere = place_radius.grid(
        [*(point for cell in seats.values() for point in cell), *(each for some in own.values() for each in some)]
    )
    known = Gazetteer([], data["attribution"])
    for nis, (town, row) in towns.items():
        if town.point:
            town.radius_m = place_radius.of_municipality(town.point, own[nis], seats, town.size, row["src"] != "g")
        _learn(known, town, row)
    for part, row in parts:
        if part.point:
            part.radius_m = place_radius.of_locality(part.point, everywhere)
        _learn(known, part, row)
    for row in (dict(zip(around["fields"], each, strict=True)) for each in around["cities"]):
        _learn(known, _city(row), row)
    known.settle()
    return known


def _pairs(text: str) -> Iterator[str]:
    padded = f" {text}"  # the first letter counts for more than others
    return (padded[at : at + 2] for at in range(len(padded) - 1))


def _has(place: Place, code: str) -> bool:
    return any(each.startswith(code) for each in (place.within or place).codes)


def _rows(data: dict[str, Any], one: str, many: str) -> Iterator[dict[str, Any]]:
    return (dict(zip(data[f"{one}Fields"], row, strict=True)) for row in data[many])


def _learn(known: Gazetteer, place: Place, row: dict[str, Any]) -> None:
    known.places.append(place)
    number = len(known.places) - 1
    own = {row.get(each, "") for each in ("name", *LANGUAGES)} - {""}
    for name in own:
        known.learn(number, name, old=False)
    for name in set(row.get("alt", ())) - own:
        known.learn(number, name, old=True)


def _point(row: dict[str, Any]) -> Point | None:
    return Point(row["lat"], row["lon"]) if row["lat"] is not None else None


def _municipality(row: dict[str, Any], data: dict[str, Any]) -> Place:
    fr = row["fr"]
    nl = row["nl"] or fr
    own = {"nl": nl, "fr": fr, "de": row["de"] or fr, "fr,nl": fr}[row["lang"]]
    name = f"{fr} / {nl}" if row["lang"] == "fr,nl" and fr != nl else own
    names = {"fr": fr, "nl": nl, "de": row["de"] or own}
    codes, province = tuple(row["postal"]), data["provinces"].get(row["province"]) or data["regions"][row["region"]]
    return Place(f"nis:{row['nis']}", "municipality", name, names, _point(row), row["pop"], codes=codes, province=province)


def _locality(row: dict[str, Any], towns: dict[str, tuple[Place, dict[str, Any]]]) -> Place:
    town, _ = towns.get(row["nis"], (None, {}))
    # Which code is a locality's is known only where its municipality has one.
    codes = town.codes if town and len(town.codes) == 1 else ()
    names, province = dict.fromkeys(LANGUAGES, row["name"]), town.province if town else None
    return Place(
        f"gn:{row['geonameid']}", "locality", row["name"], names, _point(row), row["pop"],
        codes=codes, province=province, within=town,
    )  # fmt: skip


def _city(row: dict[str, Any]) -> Place:
    names = {each: row[each] or row["name"] for each in LANGUAGES}
    return Place(
        f"gn:{row['geonameid']}", "city", row["name"], names, _point(row), row["pop"],
        country=row["country"], radius_m=ABROAD[row["pop"]],
    )  # fmt: skip


async def places(request: Request) -> Response:
    """`GET /places`: for everybody who is known, also by a token that can only take in."""
    await require_caller(request, intake=True)
    typed = request.query_params.get("q", "")
    if len(typed) > LONGEST:
        raise invalid("q", N_("At most 200 characters."))
    most = int_query_param(request, "limit", 8, 1, 20)

    def find() -> dict[str, Any]:
        known = gazetteer()
        return {"places": [place.shown() for place in known.find(typed, most)], "attribution": known.attribution}

    return json_response(await asyncio.to_thread(find))


routes = [Route("/places", json_errors(places))]
