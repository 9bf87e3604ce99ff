"""A place is found by whatever name or code somebody says, and found fast, with how far around its point it reaches."""

import functools
import json
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from board.lookup.fuzzy_names import normalize_name, prefix_edit_distance
from board.lookup.gazetteer import Gazetteer, gazetteer
from board.lookup.place import Place
from board.lookup.place_radius import metres
from board.paths import DATA
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import create_token
from tests.support.team import Team

FIRST = 8  # number of places that a form shows


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return gazetteer()


def found(places: Gazetteer, typed: str, limit: int = FIRST) -> list[str]:
    return [place.id for place in places.find(typed, limit)]


def names(place: Place) -> set[str]:
    names = set(map(str, place.names.values()))
    return names | {place.name} if " / " not in place.name else names


def test_every_place_is_found_by_each_of_its_names(places: Gazetteer) -> None:
    assert len(places.places) == 565 + 1_758 + 29 + 317 + 23 + 726
    lost = [(name, place.id) for place in places.places for name in names(place) if place.id not in found(places, name)]
    assert lost == []


def test_and_by_each_as_it_is_typed_in_a_hurry(places: Gazetteer) -> None:
    towns = [place for place in places.places if place.kind == "municipality"]
    lost = [(name, place.id) for place in towns for name in names(place) if place.id not in found(places, normalize_name(name))]
    assert lost == []


def test_every_postal_code_finds_its_municipalities_first(places: Gazetteer) -> None:
    towns = [place for place in places.places if place.kind == "municipality"]
    codes = {code for place in towns for code in place.codes}
    assert len(codes) == 1_149
    for code in codes:
        wanted, first = {place.id for place in towns if code in place.codes}, places.find(code, 20)
        assert {place.id for place in first[: len(wanted)]} == wanted, code
        assert all(code in place.codes for place in first), code


# Cases of the data's own `build/check.py`, and more names in use.
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Liège", "nis:62063"), ("Luik", "nis:62063"), ("Lüttich", "nis:62063"), ("liege", "nis:62063"), ("Luttich", "nis:62063"),
        ("Mons", "nis:53053"), ("Bergen", "nis:53053"), ("Bruxelles", "nis:21004"), ("brus", "nis:21004"),
        ("Brüssel", "nis:21004"), ("parking Carrefour Waterloo", "nis:25110"), ("de aan", "nis:35029"),
        ("puurs sint amands", "nis:12041"), ("St-Vith", "nis:63067"), ("Saint Vith", "nis:63067"), ("Sint-Vith", "nis:63067"),
        ("vith", "nis:63067"), ("La Calamine", "nis:63040"), ("braine l alleud", "nis:25014"), ("Braine-l’Alleud", "nis:25014"),
        ("Écaussinnes", "nis:55050"), ("Woluwe-St-Pierre", "nis:21019"), ("molenbeek", "nis:21012"), ("Aken", "gn:3247449"),
        ("station Gent", "station:gent-st-pieters"), ("gare de Namur", "station:namur"), ("9000 gent", "nis:44021"),
        ("1000 bru", "nis:21004"),
        ("Gent 9000", "nis:44021"), ("Geraardbergen", "nis:41018"), ("antwepren", "nis:11002"), ("bruxlles", "nis:21004"),
        ("Kortrijk", "nis:34022"), ("kortijk", "nis:34022"), ("Chaleroi", "nis:52011"), ("Sint Niklaas", "nis:46021"),
    ],
)  # fmt: skip
def test_the_best_stands_first(places: Gazetteer, typed: str, first: str) -> None:
    assert found(places, typed)[:1] == [first]


def test_a_name_of_several_places_finds_them_all(places: Gazetteer) -> None:
    lille = places.find("Lille", FIRST)
    assert {(place.country, place.kind) for place in lille} >= {("BE", "municipality"), ("FR", "city")}
    assert len({place.within and place.within.id for place in places.find("Deurne", FIRST) if place.name == "Deurne"}) == 2


def test_a_code_that_does_not_fit_the_name_shows_what_fits_the_code(places: Gazetteer) -> None:
    assert found(places, "9000 Namur") == found(places, "9000")


@functools.cache
def long_names() -> list[tuple[str, str]]:
    """Return id and normalized name of each municipality with a long name."""
    towns = [place for place in gazetteer().places if place.kind == "municipality"]
    named = [(place.id, normalize_name(name)) for place in towns for name in sorted(names(place))]
    return [(id, name) for id, name in named if len(name) > 6]


@functools.cache
def ends_of_names() -> set[str]:
    """Return the normalized names of all places, and the ends of these."""
    texts = {normalize_name(name) for place in gazetteer().places for name in names(place)}
    return {" ".join(text.split()[at:]) for text in texts for at in range(len(text.split()))}


@given(data=st.data())
def test_one_letter_may_be_wrong_but_for_the_name_of_another(data: st.DataObject) -> None:
    places = gazetteer()
    id, name = data.draw(st.sampled_from(long_names()))
    at = data.draw(st.integers(1, len(name) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typed = data.draw(
        st.sampled_from(
            [
                name[:at] + name[at + 1 :],
                name[:at] + letter + name[at:],
                name[:at] + letter + name[at + 1 :],
                name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            ]
        )
    )
    assume(typed not in ends_of_names())
    assert id in found(places, typed, 20), typed


@given(typed=st.text(max_size=200), limit=st.integers(1, 20))
@settings(deadline=None)  # the first call loads the list of places
def test_any_text_gets_an_answer(typed: str, limit: int) -> None:
    places = gazetteer().find(typed, limit)
    assert len(places) <= limit
    assert len({place.id for place in places}) == len(places)


def test_empty_text_finds_nothing(places: Gazetteer) -> None:
    assert [places.find(typed, FIRST) for typed in ("", " ", "-", "zzzz", "0000", "東京")] == [[]] * 6


@pytest.mark.parametrize(
    ("typed", "text", "wrong"),
    [
        ("gent", "gent", 0),
        ("gen", "gent", 0),
        ("gnet", "gent", 1),
        ("gant", "gent", 1),
        ("geent", "gent", 1),
        ("xyz", "gent", 3),
        ("egnt", "gent", 1),
        ("xyzxyz", "gent", 6),
    ],
)
def test_letters_that_differ_are_counted(typed: str, text: str, wrong: int) -> None:
    assert prefix_edit_distance(typed, text, 9) == wrong
    assert [prefix_edit_distance(typed, text, most) <= most for most in range(5)] == [wrong <= most for most in range(5)]


def test_a_municipality_reaches_over_all_its_localities(places: Gazetteer) -> None:
    for place in places.places:
        if place.point is None:
            assert (place.names["fr"], place.radius_m) == ("Herstappe", None)
            continue
        assert place.radius_m is not None
        assert (300 if place.kind == "station" else 500) <= place.radius_m <= 20_000
        town = place.within
        if town is not None and town.point is not None and town.radius_m is not None:
            assert metres(place.point, town.point) <= town.radius_m, place.name


def test_it_is_the_data_with_its_attribution(places: Gazetteer) -> None:
    told = (DATA / "README.md").read_text(encoding="utf-8")
    for name in ("gazetteer.json", "neighbours.json"):
        data = json.loads((DATA / name).read_text(encoding="utf-8"))
        assert data["licence"] == "CC BY 4.0"
        assert data["attribution"].split(" (")[0].split(" via")[0] in places.attribution
    assert places.attribution in told


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_everybody_who_is_known_may_ask(team: Team) -> None:
    tokens = [await create_token(team.server.service, "Taker", "investigator", scope) for scope in ("intake", "read")]
    for token in (*tokens, team.victor.token, team.bob.token):
        async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}) as http:
            answer = await http.get("/api/v1/places", params={"q": "Brugge"})
            assert answer.status_code == 200
            assert answer.json()["places"][0] == BRUGGE
            assert "Statbel" in answer.json()["attribution"]
    async with httpx.AsyncClient(base_url=team.server.url) as http:
        assert (await http.get("/api/v1/places", params={"q": "Brugge"})).status_code == 401


BRUGGE: dict[str, Any] = {
    "id": "nis:31005", "kind": "municipality", "name": "Brugge", "fr": "Bruges", "nl": "Brugge", "de": "Brügge",
    "postal": ["8000", "8200", "8310", "8380"], "within": None,
    "province": {"nl": "Provincie West-Vlaanderen", "fr": "Province de Flandre occidentale", "de": "Provinz Westflandern"},
    "country": "BE", "lat": 51.2089, "lon": 3.2242, "radius_m": 14_700, "en": "Bruges", "own": False, "distance_m": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("params", "field"),
    [({"q": "x" * 201}, "q"), ({"limit": "0"}, "limit"), ({"limit": "21"}, "limit"), ({"limit": "x"}, "limit")],
)
async def test_invalid_place_query_is_reported(team: Team, params: dict[str, str], field: str) -> None:
    answer = await team.bob.http.get("/api/v1/places", params={"q": "Brugge"} | params)
    assert (answer.status_code, [*answer.json()["fields"]]) == (422, [field])


async def test_limit_bounds_the_places_found(team: Team) -> None:
    counts = []
    for limit in (1, 20):
        answer = await team.bob.http.get("/api/v1/places", params={"q": "st", "limit": limit})
        counts.append(len(answer.json()["places"]))
    assert counts == [1, 20]
    assert (await team.bob.http.get("/api/v1/places")).json()["places"] == []
