"""Railway network: stations, and straight lines between neighbouring ones (`map/rail_links.csv`)."""

import csv
import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from board.lookup.place import Place
from board.lookup.stations import load_stations
from board.paths import DATA
from board.reach.sphere import Vector, distance_m, vector_of

FILE = "map/rail_links.csv"

Minutes = list[float]  # by station, in the order of the network; infinite if a station cannot be reached


class RailNetwork:
    """Stations with their links. `links`: for each station, the distance in metres to each neighbour, by its index."""

    def __init__(self, stations: Sequence[Place], links: Sequence[Mapping[int, float]]) -> None:
        self.stations, self.links = stations, links
        self.vectors = [vector_of(station.point) for station in stations if station.point is not None]

    def access_minutes(self, vector: Vector, radius_m: float, kmh: float) -> Minutes:
        """Return the minutes from a circle to each station, in a straight line at a speed of `kmh`."""
        per_m = 0.06 / kmh
        return [max(0.0, distance_m(vector, station) - radius_m) * per_m for station in self.vectors]

    def arrival_minutes(self, start: Iterable[float], kmh: float, stop_minutes: float = 0.0, limit: float = math.inf) -> Minutes:
        """Return the earliest arrival at each station by train (Dijkstra). `start`: minutes at which each station is reached by
        other means. Arrivals after `limit` are infinite."""
        per_m = 0.06 / kmh
        arrival = [minutes if minutes <= limit else math.inf for minutes in start]
        queue = [(minutes, station) for station, minutes in enumerate(arrival) if minutes < math.inf]
        heapq.heapify(queue)
        while queue:
            minutes, station = heapq.heappop(queue)
            if minutes > arrival[station]:
                continue  # a faster way was found since then
            for neighbour, metres in self.links[station].items():
                then = minutes + metres * per_m + stop_minutes
                if then < arrival[neighbour] and then <= limit:
                    arrival[neighbour] = then
                    heapq.heappush(queue, (then, neighbour))
        return arrival


@cache
def rail_network() -> RailNetwork:
    """Return the network in the program's data. It is read once."""
    stations = [station.place for station in load_stations()]
    vectors = {place.name: (number, vector_of(place.point)) for number, place in enumerate(stations) if place.point is not None}
    links: list[dict[int, float]] = [{} for _ in stations]
    with (DATA / FILE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            (start, start_vector), (end, end_vector) = (vectors[row[side].replace("/", " / ")] for side in ("from", "to"))
            links[start][end] = links[end][start] = distance_m(start_vector, end_vector)
    return RailNetwork(stations, links)
