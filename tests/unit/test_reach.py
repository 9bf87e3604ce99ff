"""Reach and contradictions: distances on the sphere, the fastest journey, the railway, and the pairs that cannot both be true."""

import math
from collections.abc import Sequence
from itertools import combinations
from random import Random
from typing import Any

import pytest

from board.config.speeds import Margin, Speed, Speeds, TrainSpeed, load_speeds
from board.lookup.place import Place
from board.lookup.place_radius import Point
from board.reach import contradictions
from board.reach.contradictions import MAX_COMPARED, MAX_PAIRS, find_contradictions
from board.reach.journeys import radius_m, reachable_stations
from board.reach.rail_network import RailNetwork, rail_network
from board.reach.sphere import EARTH_RADIUS_M, HALF_WAY_ROUND_M, distance_m, vector_of
from board.reach.whereabouts import Seen, Whereabouts, minutes_of, seen_of, shortest_m, whereabouts

NINE = "2026-12-01T09:00:00.000Z"
NO_MARGIN = Margin(time_minutes=0.0, radius_m=0.0)
GHENT, AALST = {"lat": 51.0471, "lon": 3.7302, "radius_m": 50.0}, {"lat": 50.943, "lon": 4.0397, "radius_m": 100.0}


def haversine_m(start: Point, end: Point) -> float:
    """Return the distance by the textbook formula, which the program does not use."""
    half_lat, half_lon = math.radians(end.lat - start.lat) / 2, math.radians(end.lon - start.lon) / 2
    across = math.cos(math.radians(start.lat)) * math.cos(math.radians(end.lat)) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(math.sin(half_lat) ** 2 + across)))


def between(start: Point, end: Point) -> float:
    return distance_m(vector_of(start), vector_of(end))


def sighting(number: int, place: dict[str, Any] | None, at: str | None = NINE, **changes: Any) -> Seen | None:
    state = {"number": number, "withdrawn": False, "assessment": "unassessed", "place": place, "seen_at": at} | changes
    missing_since: Any = state.pop("missing_since", None)
    return seen_of(f"id-{number}", state, missing_since, load_speeds().margin)


def counted(number: int, place: dict[str, Any], at: str = NINE, **changes: Any) -> Seen:
    found = sighting(number, place, at, **changes)
    assert found is not None
    return found


def pairs_of(*sightings: Seen) -> list[tuple[int, int]]:
    found = find_contradictions(sightings, load_speeds(), rail_network())
    return [(pair.first.number, pair.second.number) for pair in found.pairs]


# -- the sphere -------------------------------------------------------------------------------------------------------------


def random_point(random: Random) -> Point:
    """Return a point, evenly over the sphere, or at a place where formulas fail."""
    special = [Point(90, 0), Point(-90, 77), Point(0, 180), Point(0, -180), Point(0, 0), Point(-51, -176.3), Point(51, 3.7)]
    if random.random() < 0.1:
        return random.choice(special)
    return Point(math.degrees(math.asin(random.uniform(-1, 1))), random.uniform(-180, 180))


def test_distances_equal_the_textbook_formula() -> None:
    random = Random(39)
    for _ in range(10_000):
        start, end = random_point(random), random_point(random)
        assert between(start, end) == pytest.approx(haversine_m(start, end), rel=1e-6, abs=1.0)


def test_poles_and_the_date_line_have_no_seam() -> None:
    assert between(Point(90, 0), Point(90, 123)) == pytest.approx(0, abs=1e-3)
    assert between(Point(51, 180), Point(51, -180)) == pytest.approx(0, abs=1e-3)
    assert between(Point(51, 179.99), Point(51, -179.99)) == pytest.approx(haversine_m(Point(51, 0), Point(51, 0.02)), rel=1e-6)
    assert between(Point(90, 0), Point(-90, 0)) == pytest.approx(HALF_WAY_ROUND_M)


def test_the_shortest_distance_is_that_between_the_circles() -> None:
    random = Random(7)
    for _ in range(200):
        one, other = (_circle(random) for _ in range(2))
        shortest = shortest_m(one, other)
        sampled = min(between(start, end) for start in _edge(one) for end in _edge(other))
        assert shortest <= sampled + 1
        if shortest > 0:
            assert sampled <= shortest + 0.02 * (one.radius_m + other.radius_m) + 1


def _circle(random: Random) -> Whereabouts:
    place = {"lat": random.uniform(49, 52), "lon": random.uniform(2, 7), "radius_m": random.choice([0, 100, 5_000, 40_000])}
    found = whereabouts(place, NINE, NO_MARGIN)
    assert found is not None
    return found


def _edge(circle: Whereabouts) -> list[Point]:
    """Return points on the edge of a circle, by bearing."""
    lat, lon = math.radians(circle.point.lat), math.radians(circle.point.lon)
    angle, points = circle.radius_m / EARTH_RADIUS_M, []
    for bearing in (math.radians(degrees) for degrees in range(0, 360, 10)):
        end = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing))
        east = math.atan2(math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(end))
        points.append(Point(math.degrees(end), math.degrees(lon + east)))
    return points


# -- the railway ------------------------------------------------------------------------------------------------------------


def plain_dijkstra(network: RailNetwork, start: Sequence[float], per_m: float, stop: float) -> list[float]:
    """Return the arrivals by the textbook algorithm: settle the nearest station, then relax its links."""
    arrival, open_stations = list(start), set(range(len(start)))
    while open_stations:
        nearest = min(open_stations, key=arrival.__getitem__)
        open_stations.remove(nearest)
        for neighbour, metres in network.links[nearest].items():
            arrival[neighbour] = min(arrival[neighbour], arrival[nearest] + metres * per_m + stop)
    return arrival


def small_network(random: Random, count: int = 12) -> RailNetwork:
    """Return a random network in and around Belgium; some stations have no link."""
    points = [Point(random.uniform(49.5, 51.5), random.uniform(2.5, 6.5)) for _ in range(count)]
    places = [Place(str(n), "station", str(n), {"fr": "", "nl": "", "de": ""}, point, 0) for n, point in enumerate(points)]
    links: list[dict[int, float]] = [{} for _ in points]
    for start, end in combinations(range(count - 2), 2):
        if random.random() < 0.3:
            links[start][end] = links[end][start] = between(points[start], points[end])
    return RailNetwork(places, links)


def test_train_travel_equals_a_plain_dijkstra() -> None:
    random, network = Random(1), rail_network()
    for kmh, stop in ((80.0, 1.0), (160.0, 0.0), (5.0, 30.0)):
        point = Point(random.uniform(50, 51), random.uniform(3, 5))
        start = network.access_minutes(vector_of(point), 500, 12)
        expected = plain_dijkstra(network, start, 0.06 / kmh, stop)
        assert network.arrival_minutes(start, kmh, stop) == pytest.approx(expected)


def test_arrivals_after_the_limit_are_infinite() -> None:
    network = rail_network()
    start = network.access_minutes(vector_of(Point(51.0471, 3.7302)), 0, 5)
    everything = network.arrival_minutes(start, 80, 1)
    limited = network.arrival_minutes(start, 80, 1, limit=60)
    assert limited == [minutes if minutes <= 60 else math.inf for minutes in everything]
    assert 0 < sum(minutes < math.inf for minutes in limited) < len(limited)


def test_every_link_joins_two_known_stations() -> None:
    network = rail_network()
    assert len(network.stations) == len(network.vectors) == len(network.links) > 700
    assert sum(map(len, network.links)) == 2 * 664
    assert all(start in network.links[end] for start, links in enumerate(network.links) for end in links)


def test_stations_are_reached_in_time_and_by_train() -> None:
    speeds, start = load_speeds(), whereabouts(GHENT, NINE, NO_MARGIN)
    assert start is not None
    assert speeds.train is not None
    reached = reachable_stations(start, start.seen + 60, speeds.foot, speeds.train, rail_network())
    minutes = [station.minute - start.seen for station in reached]
    assert minutes == sorted(minutes)
    assert 10 <= minutes[0] <= minutes[-1] <= 60
    assert "Melle" in [station.station.name for station in reached]
    assert reachable_stations(start, start.seen, speeds.foot, speeds.train, rail_network()) == []
    assert reachable_stations(start, start.seen - 600, speeds.foot, speeds.train, rail_network()) == []


def test_a_circle_grows_from_its_own_radius_and_ends_at_the_antipodes() -> None:
    start = whereabouts(GHENT, NINE, Margin(time_minutes=2.0))
    assert start is not None
    foot = Speed(usual_kmh=5.0, fastest_kmh=5.0)
    assert radius_m(start, start.seen - 60, foot) == 50
    assert radius_m(start, start.seen + 22, foot) == pytest.approx(50 + 24 * 5_000 / 60)
    assert radius_m(start, start.seen + 1e9, foot) == HALF_WAY_ROUND_M


# -- contradictions ---------------------------------------------------------------------------------------------------------


def brute_force(one: Seen, other: Seen, speeds: Speeds, network: RailNetwork, rail: Sequence[Sequence[float]]) -> bool:
    """Return whether no journey is fast enough: directly, or by train between any two stations."""
    direct = 0.06 / speeds.fastest_direct_kmh
    available = max(other.at.latest - one.at.earliest, one.at.latest - other.at.earliest)
    gap = max(0.0, haversine_m(one.at.point, other.at.point) - one.at.radius_m - other.at.radius_m)
    journeys = [gap * direct]
    for start, boarding in enumerate(network.stations):
        for end, alighting in enumerate(network.stations):
            assert boarding.point is not None
            assert alighting.point is not None
            walk = max(0.0, haversine_m(one.at.point, boarding.point) - one.at.radius_m)
            walk += max(0.0, haversine_m(alighting.point, other.at.point) - other.at.radius_m)
            journeys.append(walk * direct + rail[start][end])
    return min(journeys) > available


def all_rail_minutes(network: RailNetwork, kmh: float) -> list[list[float]]:
    """Return the minutes between all stations (Floyd and Warshall)."""
    count = len(network.stations)
    table = [[0.0 if start == end else network.links[start].get(end, math.inf) * 0.06 / kmh for end in range(count)]
             for start in range(count)]  # fmt: skip
    for over in range(count):
        for start in range(count):
            for end in range(count):
                table[start][end] = min(table[start][end], table[start][over] + table[over][end])
    return table


def random_sighting(random: Random, number: int) -> Seen:
    near = random.random() < 0.9
    point = Point(random.uniform(49.5, 51.5), random.uniform(2.5, 6.5)) if near else random_point(random)
    place = {"lat": point.lat, "lon": point.lon, "radius_m": random.choice([None, 0.0, 50.0, 2_000.0, 30_000.0, 10_000_000.0])}
    at = f"2026-12-01T{random.randrange(8, 11):02}:{random.randrange(60):02}:00.000Z"
    return counted(number, place, at)


def test_ten_thousand_pairs_equal_brute_force() -> None:
    random, speeds = Random(39), load_speeds()
    found: dict[bool, int] = {True: 0, False: 0}
    for _ in range(20):
        network = small_network(random, 6)
        rail = all_rail_minutes(network, 160)
        sightings = [random_sighting(random, number) for number in range(32)]
        expected = {
            frozenset((one.number, other.number))
            for one, other in combinations(sightings, 2)
            if brute_force(one, other, speeds, network, rail)
        }
        assert _pairs(sightings, speeds, network) == expected
        found[True] += len(expected)
        found[False] += 32 * 31 // 2 - len(expected)
    assert sum(found.values()) == 9_920
    assert min(found.values()) > 1_000, "both answers are tested"


def test_pairs_one_by_one_equal_brute_force() -> None:
    random, speeds, network = Random(40), load_speeds(), small_network(Random(40), 6)
    rail = all_rail_minutes(network, 160)
    for _ in range(500):
        one, other = (random_sighting(random, number) for number in range(2))
        assert bool(_pairs([one, other], speeds, network)) is brute_force(one, other, speeds, network, rail)


def test_a_train_can_make_a_pair_possible() -> None:
    random, network = Random(3), small_network(Random(3))
    by_train = load_speeds().model_copy(update={"train": TrainSpeed(usual_kmh=80.0, fastest_kmh=400.0)})
    without = by_train.model_copy(update={"train": None})
    sightings = [random_sighting(random, number) for number in range(60)]
    fewer, more = _pairs(sightings, by_train, network), _pairs(sightings, without, network)
    assert fewer < more


def _pairs(sightings: Sequence[Seen], speeds: Speeds, network: RailNetwork) -> set[frozenset[int]]:
    found = contradictions._Comparison(sightings, speeds, network).contradictions()
    return {frozenset((pair.first.number, pair.second.number)) for pair in found}


def test_ghent_and_aalst_within_four_minutes_are_impossible() -> None:
    assert pairs_of(counted(23, GHENT), counted(27, AALST, "2026-12-01T09:04:00.000Z")) == [(23, 27)]
    assert pairs_of(counted(27, AALST, "2026-12-01T08:56:00.000Z"), counted(23, GHENT)) == [(27, 23)]
    assert pairs_of(counted(23, GHENT), counted(27, AALST, "2026-12-01T09:24:00.000Z")) == []


def test_the_best_case_of_radius_and_time_decides() -> None:
    aalst = counted(27, AALST, "2026-12-01T09:04:00.000Z")
    assert pairs_of(counted(23, GHENT | {"radius_m": 5_000}), aalst) == [(23, 27)]
    assert pairs_of(counted(23, GHENT | {"radius_m": 20_000}), aalst) == []
    assert pairs_of(counted(23, GHENT | {"radius_m": None}), aalst) == [(23, 27)]


@pytest.mark.parametrize(
    ("place", "at", "changes"),
    [
        (None, NINE, {}),
        ({"text": "Gent"}, NINE, {}),
        ({"text": "Gent", "lat": None, "lon": None, "radius_m": 10.0}, NINE, {}),
        (GHENT, None, {}),
        (GHENT, NINE, {"withdrawn": True}),
        (GHENT, NINE, {"assessment": "not_the_child"}),
        (GHENT, NINE, {"assessment": "duplicate"}),
        (GHENT, NINE, {"missing_since": "2026-12-01T09:03:00.000Z"}),
    ],
)
def test_unknown_and_other_sightings_do_not_count(place: dict[str, Any] | None, at: str | None, changes: dict[str, Any]) -> None:
    assert sighting(1, place, at, **changes) is None
    assert sighting(1, GHENT, NINE, assessment="unverifiable", missing_since="2026-12-01T09:02:00.000Z") is not None


def test_five_hundred_sightings_at_one_point_have_no_contradiction() -> None:
    found = find_contradictions([counted(n, GHENT) for n in range(500)], load_speeds(), rail_network())
    assert found == ([], 500, False)


def test_pairs_and_compared_sightings_are_bounded() -> None:
    places = [{"lat": 50.0 + n % 2, "lon": 4.0, "radius_m": 10.0} for n in range(MAX_COMPARED + 100)]
    sightings = [counted(n, place, f"2026-12-01T09:{n % 5:02}:00.000Z") for n, place in enumerate(places)]
    sightings[7] = counted(7, places[7], assessment="confirmed")
    found = find_contradictions(sightings, load_speeds(), rail_network())
    assert (len(found.pairs), found.compared, found.more) == (MAX_PAIRS, MAX_COMPARED, True)
    assert all(7 in (pair.first.number, pair.second.number) for pair in found.pairs), "those with a confirmed one are first"
    assert all(pair.doubtful is not None and pair.doubtful.number != 7 for pair in found.pairs)


def test_pairs_checked_by_train_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contradictions, "MAX_TRAIN_PAIRS", 0)
    near = [counted(1, GHENT), counted(2, AALST, "2026-12-01T09:07:00.000Z")]  # within reach of the fastest train alone
    assert find_contradictions(near, load_speeds(), rail_network()) == ([], 2, True)


@pytest.mark.parametrize("radius", [0.0, 10_000_000.0])
def test_poles_and_extreme_radii_are_compared(radius: float) -> None:
    pole, other = {"lat": 90.0, "lon": 0.0, "radius_m": radius}, {"lat": 89.9999, "lon": 180.0, "radius_m": 0.0}
    assert pairs_of(counted(1, pole), counted(2, other)) == []
    assert pairs_of(counted(1, pole), counted(2, {"lat": -90.0, "lon": 0.0, "radius_m": 0.0})) == [(1, 2)]
    assert pairs_of(counted(1, {"lat": 0, "lon": 179.999, "radius_m": radius}), counted(2, {"lat": 0, "lon": -179.999})) == []


def test_only_one_confirmed_sighting_makes_the_other_doubtful() -> None:
    aalst = "2026-12-01T09:04:00.000Z"
    for first, second, doubtful in (
        ("unassessed", "credible", None), ("confirmed", "credible", 27), ("unassessed", "confirmed", 23),
        ("confirmed", "confirmed", None),
    ):  # fmt: skip
        seen = counted(23, GHENT, assessment=first), counted(27, AALST, aalst, assessment=second)
        (pair,) = find_contradictions(seen, load_speeds(), rail_network()).pairs
        assert (pair.doubtful.number if pair.doubtful else None) == doubtful


def test_times_are_exact_to_the_second() -> None:
    assert minutes_of("1970-01-01T00:01:30.000Z") == 1.5
    assert minutes_of("2026-12-01T10:00:00+01:00") == minutes_of(NINE)
