"""Points of a board on its map: the same rules as `static/js/core/rules/map_points.js`."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from board.config.map_marks import MARKS, MarkRule
from board.engine import conditions
from models.entity import State

FULL_TURN, HALF_TURN = 360, 180
Coordinates = tuple[float, float]  # latitude, longitude


class MapPoint(NamedTuple):
    """Point on a map. `center`: the point itself, or the middle of the outline. `number`: of the card, None for a search.

    `kind`: kind of the entity, or `found`. `id`: unique on the map. `entity`: id of its entity.
    """

    id: str
    entity: str
    kind: str
    number: int | None
    shape: str
    is_ruled_out: bool
    center: Coordinates
    radius: float | None
    outline: tuple[Coordinates, ...]
    is_line: bool
    at: str | None
    until: str | None


def map_points(entities: Iterable[tuple[str, str, State]]) -> list[MapPoint]:
    """Return the points of entities (kind, id, state), those without a time last."""
    points = (_point(mark, id, state) for kind, id, state in entities for mark in MARKS if mark.kind == kind)
    return sorted((point for point in points if point is not None), key=_by_time)


def _point(mark: MarkRule, id: str, state: State) -> MapPoint | None:
    if not conditions.holds(mark.shown or {}, state):
        return None
    place = conditions.value_at(state, mark.place) or {}
    outline = _continuous(conditions.value_at(state, mark.outline) or []) if mark.outline else ()
    lat, lon = place.get("lat"), place.get("lon")
    center = (lat, lon) if lat is not None and lon is not None else _middle(outline)
    if center is None:
        return None
    shape = next((shape for condition, shape in mark.shapes if conditions.holds(condition, state)), "unknown")
    return MapPoint(
        f"{id}#{mark.part}" if mark.part else id, id, mark.part or mark.kind, state.get("number"), shape,
        mark.ruled_out is not None and conditions.holds(mark.ruled_out, state), center, place.get("radius_m"), outline,
        mark.line is not None and conditions.holds(mark.line, state),
        conditions.value_at(state, mark.at), conditions.value_at(state, mark.until) if mark.until else None,
    )  # fmt: skip


def _continuous(outline: Sequence[Sequence[float]]) -> tuple[Coordinates, ...]:
    """Continue an outline across the date line, so that it does not run around the world."""
    shift = 0
    points: list[Coordinates] = []
    for index, (lat, lon) in enumerate(outline):
        step = lon - outline[index - 1][1] if index else 0
        shift += FULL_TURN * ((step < -HALF_TURN) - (step > HALF_TURN))
        points.append((lat, lon + shift))
    return tuple(points)


def _middle(outline: tuple[Coordinates, ...]) -> Coordinates | None:
    if not outline:
        return None
    lats, lons = zip(*outline, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _by_time(point: MapPoint) -> Any:
    return point.at is None, point.at or "", point.number or 0, point.id
