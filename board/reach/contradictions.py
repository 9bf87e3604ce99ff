"""Pairs of sightings that cannot both be true: the fastest means of travel takes longer than the longest time between them, over
the shortest distance. Decides nothing: a person does.

A pair is compared only if its times are near enough to contradict each other at the widest distance between any two.
"""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from operator import add
from typing import NamedTuple

from board.config.speeds import Speeds
from board.reach.rail_network import Minutes, RailNetwork
from board.reach.sphere import HALF_WAY_ROUND_M, distance_m
from board.reach.whereabouts import Seen, longest_minutes, shortest_m
from models.db.read_pacing import paced

MAX_COMPARED = 500  # sightings of a board: confirmed ones first, then the newest
MAX_PAIRS = 200  # returned
MAX_TRAIN_PAIRS = 5_000  # pairs that are checked by train; further ones count as possible

_WEIGHTS = {"confirmed": 0, "credible": 1}


class Contradiction(NamedTuple):
    """Two sightings that cannot both be true. `first` was seen first. `minutes`: between the stated times."""

    first: Seen
    second: Seen
    km: float
    minutes: float

    @property
    def doubtful(self) -> Seen | None:
        """Sighting that is doubtful because the other one is confirmed; None if both or neither are."""
        if self.first.is_confirmed == self.second.is_confirmed:
            return None
        return self.second if self.first.is_confirmed else self.first


class Contradictions(NamedTuple):
    """Contradictions, the most important ones first. `more`: whether there are further ones, or uncompared sightings."""

    pairs: list[Contradiction]
    compared: int
    more: bool


def find_contradictions(sightings: Iterable[Seen], speeds: Speeds, network: RailNetwork) -> Contradictions:
    """Return the pairs that cannot both be true."""
    candidates = list(sightings)
    compared = nsmallest(MAX_COMPARED, candidates, key=lambda seen: (not seen.is_confirmed, -seen.at.seen, seen.id))
    comparison = _Comparison(compared, speeds, network)
    pairs = nsmallest(MAX_PAIRS + 1, comparison.contradictions(), key=_rank)
    more = len(pairs) > MAX_PAIRS or len(compared) < len(candidates) or comparison.is_cut
    return Contradictions(pairs[:MAX_PAIRS], len(compared), more)


def _rank(pair: Contradiction) -> tuple[int, float, int, int]:
    """Order pairs: with a confirmed sighting, with a credible one, then the newest."""
    weight = min(_WEIGHTS.get(seen.assessment, 2) for seen in (pair.first, pair.second))
    return weight, -pair.second.at.seen, pair.first.number, pair.second.number


class _Comparison:
    """Comparison of sightings, ordered by time. `is_cut`: too many pairs had to be checked by train."""

    def __init__(self, sightings: Sequence[Seen], speeds: Speeds, network: RailNetwork) -> None:
        self._sightings = sorted(sightings, key=lambda seen: (seen.at.earliest, seen.number))
        self._direct_per_m = 0.06 / speeds.fastest_direct_kmh
        self._trains = _FastestTrains(speeds, network) if speeds.train is not None else None
        self.is_cut = False

    def contradictions(self) -> Iterator[Contradiction]:
        enough = self._widest_m() * self._direct_per_m  # minutes, in which every distance is possible
        for number, first in enumerate(paced(self._sightings, every=8)):
            for second in self._sightings[number + 1 :]:
                if second.at.earliest - first.at.earliest > enough:
                    break
                shortest = shortest_m(first.at, second.at)
                if self._is_impossible(first, second, shortest):
                    yield _contradiction(first, second, shortest)

    def _is_impossible(self, first: Seen, second: Seen, shortest: float) -> bool:
        available = longest_minutes(first.at, second.at)
        return shortest * self._direct_per_m > available and not self._is_possible_by_train(first, second, shortest, available)

    def _widest_m(self) -> float:
        """Return a distance that no two sightings exceed: twice that from one of them to the farthest."""
        if not self._sightings:
            return 0.0
        centre = self._sightings[0].at.vector
        return min(HALF_WAY_ROUND_M, 2 * max(distance_m(centre, seen.at.vector) for seen in self._sightings))

    def _is_possible_by_train(self, first: Seen, second: Seen, shortest: float, available: float) -> bool:
        if self._trains is None or shortest * self._trains.per_m > available:
            return False
        if self._trains.checked >= MAX_TRAIN_PAIRS:
            self.is_cut = True
            return True
        return self._trains.minutes(first, second) <= available


class _FastestTrains:
    """Fastest journeys with a train that neither waits nor stops, to and from stations by the fastest other means."""

    def __init__(self, speeds: Speeds, network: RailNetwork) -> None:
        assert speeds.train is not None
        self._network, self._train_kmh, self._direct_kmh = network, speeds.train.fastest_kmh, speeds.fastest_direct_kmh
        self.per_m = 0.06 / max(self._train_kmh, self._direct_kmh)
        self.checked = 0
        self._access: dict[str, Sequence[float]] = {}
        self._arrival: tuple[str, Minutes] = ("", [])  # of the last first sighting

    def minutes(self, first: Seen, second: Seen) -> float:
        """Return the fewest minutes between two sightings."""
        self.checked += 1
        if self._arrival[0] != first.id:
            self._arrival = first.id, self._network.arrival_minutes(self._access_of(first), self._train_kmh)
        fewest: float = min(map(add, self._arrival[1], self._access_of(second)), default=math.inf)
        return fewest

    def _access_of(self, seen: Seen) -> Sequence[float]:
        if seen.id not in self._access:  # an array uses a quarter of the memory of a list
            self._access[seen.id] = array("d", self._network.access_minutes(seen.at.vector, seen.at.radius_m, self._direct_kmh))
        return self._access[seen.id]


def _contradiction(one: Seen, other: Seen, shortest: float) -> Contradiction:
    first, second = sorted((one, other), key=lambda seen: (seen.at.seen, seen.number))
    return Contradiction(first, second, shortest / 1_000, second.at.seen - first.at.seen)
