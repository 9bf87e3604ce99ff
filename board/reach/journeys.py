"""Distance that a person can travel until a time, at usual speeds, from a place and time that are known only roughly."""

from collections.abc import Iterator
from typing import NamedTuple

from board.config.speeds import Speed, TrainSpeed
from board.lookup.place import Place
from board.lookup.stations import JUNCTIONS
from board.reach.rail_network import RailNetwork
from board.reach.sphere import HALF_WAY_ROUND_M
from board.reach.whereabouts import Whereabouts


class ReachableStation(NamedTuple):
    """Station that a train reaches, and the earliest minute (since 1970)."""

    station: Place
    minute: float


def minutes_until(start: Whereabouts, until: float) -> float:
    """Return the longest time in minutes from a start until a time; 0 if the time is earlier."""
    return max(0.0, until - start.earliest)


def radius_m(start: Whereabouts, until: float, speed: Speed) -> float:
    """Return the radius in metres of the circle around a start that a person can't leave until a time."""
    return min(HALF_WAY_ROUND_M, start.radius_m + minutes_until(start, until) * speed.usual_kmh / 0.06)


def reachable_stations(
    start: Whereabouts, until: float, walk: Speed, train: TrainSpeed, network: RailNetwork
) -> list[ReachableStation]:
    """Return the stations that a person reaches by train until a time, earliest first: on foot to a station, then by train.
    Stations that are reached sooner on foot are left out."""
    return sorted(_by_train(start, until, walk, train, network), key=lambda reached: (reached.minute, reached.station.name))


def _by_train(
    start: Whereabouts, until: float, walk: Speed, train: TrainSpeed, network: RailNetwork
) -> Iterator[ReachableStation]:
    limit = minutes_until(start, until)
    on_foot = network.access_minutes(start.vector, start.radius_m, walk.usual_kmh)
    boarding = [minutes + train.wait_minutes for minutes in on_foot]
    arrivals = network.arrival_minutes(boarding, train.usual_kmh, train.stop_minutes, limit)
    for station, walked, arrival in zip(network.stations, on_foot, arrivals, strict=True):
        if arrival <= limit and arrival < walked and station.name not in JUNCTIONS:
            yield ReachableStation(station, start.earliest + arrival)
