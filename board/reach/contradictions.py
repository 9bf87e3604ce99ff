"""Contradiction of two sightings that cannot both be true: for the shortest distance between them, the fastest means of travel
needs more than the longest time between them. It only informs: a person decides.

A pair is compared only if its times are so close that the widest distance between any two sightings would be a contradiction.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import islice
from operator import add
from typing import NamedTuple

from board.config.speeds import Speeds
from board.reach.rail_network import Minutes, RailNetwork
from board.reach.sphere import EARTH_RADIUS_M, HALF_WAY_ROUND_M, distance_m
from board.reach.whereabouts import Seen, longest_minutes, shortest_m
from models.db.read_pacing import paced

MAX_COMPARED = 500  # sightings of a board: confirmed ones first, then the newest
MAX_PAIRS = 200  # contradictions that are returned
MAX_TRAIN_PAIRS = 5_000  # pairs that are checked by train; further ones count as possible
TRAIN_START = 30  # pairs whose check takes as long as finding the trains from one sighting

_WEIGHTS = {"confirmed": 0, "credible": 1}
_LIGHTEST = 2
_LONGEST_PER_CHORD_M = EARTH_RADIUS_M * math.pi / 2  # upper bound of the distance in metres, per distance between the vectors


class Contradiction(NamedTuple):
    """Two sightings that cannot both be true. `first` was seen first. `km`: shortest distance. `minutes`: time between the stated
    times."""

    first: Seen
    second: Seen
    km: float
    minutes: float

    @property
    def doubtful(self) -> Seen | None:
        """Sighting that is doubtful because the other one is confirmed; None if both are confirmed, or neither is."""
        if self.first.is_confirmed == self.second.is_confirmed:
            return None
        return self.second if self.first.is_confirmed else self.first


class Contradictions(NamedTuple):
    """Contradictions, the most important ones first. `more`: whether there are further ones, or uncompared sightings."""

    pairs: list[Contradiction]
    compared: int
    more: bool


def find_contradictions(sightings: Iterable[Seen], speeds: Speeds, network: RailNetwork) -> Contradictions:
    """Return the pairs of sightings that cannot both be true."""
    candidates = list(sightings)
    compared = nsmallest(MAX_COMPARED, candidates, key=lambda seen: (not seen.is_confirmed, -seen.at.seen, seen.id))
    comparison = _Comparison(compared, speeds, network)
    pairs = list(islice(comparison.contradictions(), MAX_PAIRS + 1))
    more = len(pairs) > MAX_PAIRS or len(compared) < len(candidates) or comparison.is_cut
    return Contradictions(pairs[:MAX_PAIRS], len(compared), more)


def _weight(seen: Seen) -> int:
    return _WEIGHTS.get(seen.assessment, _LIGHTEST)


def _time(seen: Seen) -> tuple[float, int]:
    return seen.at.seen, seen.number


class _Comparison:
    """Comparison of sightings. `is_cut`: too many pairs had to be checked by train."""

    def __init__(self, sightings: Sequence[Seen], speeds: Speeds, network: RailNetwork) -> None:
        self._sightings = sorted(sightings, key=_time)
        self._direct_per_m = 0.06 / speeds.fastest_direct_kmh
        self._trains = _FastestTrains(speeds, network) if speeds.train is not None else None
        self._enough = self._widest_m() * self._direct_per_m  # minutes that suffice for every distance
        self.is_cut = False

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield the contradictions with a confirmed sighting, then those with a credible one, then the rest, each newest first.
        Compares pairs only as far as the caller reads."""
        for weight in range(_LIGHTEST + 1):
            heaviest = [seen for seen in self._sightings if _weight(seen) == weight]
            others = [seen for seen in self._sightings if _weight(seen) >= weight]
            for second in paced(reversed(others), every=8):
                firsts = others if _weight(second) == weight else heaviest
                yield from self._with(second, firsts)

    def _with(self, second: Seen, sightings: Sequence[Seen]) -> list[Contradiction]:
        """Return the contradictions of a sighting with earlier sightings. `sightings`: ordered by time."""
        start = bisect_left(sightings, second.at.seen - self._enough, key=lambda seen: seen.at.seen)
        end = bisect_left(sightings, _time(second), lo=start, key=_time)
        return [
            Contradiction(first, second, shortest / 1_000, second.at.seen - first.at.seen)
            for first, shortest in self._too_far(second, sightings[start:end])
            if not self._is_possible_by_train(first, second, shortest)
        ]

    def _too_far(self, second: Seen, firsts: Iterable[Seen]) -> Iterator[tuple[Seen, float]]:
        """Yield the earlier sightings from which no direct journey reaches a later one in time, with the shortest distance."""
        vector, radius, latest, per_m = second.at.vector, second.at.radius_m, second.at.latest, self._direct_per_m
        for first in firsts:
            at = first.at
            longest = math.dist(at.vector, vector) * _LONGEST_PER_CHORD_M - at.radius_m - radius
            if longest * per_m <= latest - at.earliest:
                continue  # certainly possible: the exact distance is not needed
            shortest = shortest_m(at, second.at)
            if shortest * per_m > longest_minutes(at, second.at):
                yield first, shortest

    def _widest_m(self) -> float:
        """Return an upper bound of the distance between two sightings: twice the distance from one of them to the farthest."""
        if not self._sightings:
            return 0.0
        centre = self._sightings[0].at.vector
        return min(HALF_WAY_ROUND_M, 2 * max(distance_m(centre, seen.at.vector) for seen in self._sightings))

    def _is_possible_by_train(self, first: Seen, second: Seen, shortest: float) -> bool:
        available = longest_minutes(first.at, second.at)
        if self._trains is None or shortest * self._trains.per_m > available:
            return False
        if self._trains.checked >= MAX_TRAIN_PAIRS:
            self.is_cut = True
            return True
        return self._trains.minutes(first, second) <= available


class _FastestTrains:
    """Fastest journeys with a train that neither waits nor stops, to and from stations by the fastest other means.

    `checked`: number of checked pairs; finding the trains from a sighting counts as TRAIN_START pairs.
    """

    def __init__(self, speeds: Speeds, network: RailNetwork) -> None:
        assert speeds.train is not None
        self._network, self._train_kmh, self._direct_kmh = network, speeds.train.fastest_kmh, speeds.fastest_direct_kmh
        self.per_m = 0.06 / max(self._train_kmh, self._direct_kmh)
        self.checked = 0
        self._access: dict[str, Sequence[float]] = {}
        self._arrival: tuple[str, Minutes] = ("", [])  # from the last second sighting; journeys take as long in both directions

    def minutes(self, first: Seen, second: Seen) -> float:
        """Return the shortest travel time between two sightings, in minutes."""
        self.checked += 1
        if self._arrival[0] != second.id:
            self.checked += TRAIN_START
            self._arrival = second.id, self._network.arrival_minutes(self._access_of(second), self._train_kmh)
        fewest: float = min(map(add, self._arrival[1], self._access_of(first)), default=math.inf)
        return fewest

    def _access_of(self, seen: Seen) -> Sequence[float]:
        if seen.id not in self._access:  # an array uses a quarter of the memory of a list
            self._access[seen.id] = array("d", self._network.access_minutes(seen.at.vector, seen.at.radius_m, self._direct_kmh))
        return self._access[seen.id]
