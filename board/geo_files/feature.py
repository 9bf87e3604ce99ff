"""Places of a search, independent of the format of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from board.engine import kinds
from models.entity import State
from models.place import LINES, Place
from models.sighting import Sighting
from models.task import Task

Position = tuple[float, float]  # longitude and latitude, as in the files
CODES = {Sighting.KIND: ("assessment",), Place.KIND: ("kind", "certainty"), Task.KIND: ("priority",)}
TEXTS = {Sighting.KIND: ("direction",), Place.KIND: ("searched_by", "remarks"), Task.KIND: ("instruction", "result")}
TIMES = {
    Sighting.KIND: ("seen_at", None, "received_at"), Place.KIND: ("searched_from", "searched_until", None),
    Task.KIND: ("due", None, None),
}  # fmt: skip
PLACES = {Sighting.KIND: "place", Place.KIND: "location", Task.KIND: "place"}


@dataclass(frozen=True, slots=True)
class GeoFeature:
    """Place with a point, an outline, or both. `outline`: a line, or an area if `is_area`; `extra`: further fields by name."""

    id: str
    kind: str
    name: str
    point: Position | None
    outline: Sequence[Position] = ()
    is_area: bool = False
    number: int | None = None
    place: str | None = None
    radius_m: float | None = None
    start: str | None = None
    end: str | None = None
    received_at: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def of_card(kind: str, id: str, state: State) -> GeoFeature | None:
    """Return the place of a card; None if it is withdrawn or has no place."""
    if kind not in PLACES:
        return None
    place = state.get(PLACES[kind]) or {}
    outline = [(lon, lat) for lat, lon in state.get("outline") or ()]
    point = _point(place)
    if state.get("withdrawn") or (point is None and not outline):
        return None
    start, end, received_at = (state.get(name) if name else None for name in TIMES[kind])
    return GeoFeature(
        id, kind, str(state.get(kinds.named(kind).title_field) or ""), point, outline,
        kind == Place.KIND and state["kind"] not in LINES and len(outline) > 2, state.get("number"), place.get("text"),
        place.get("radius_m"), start, end, received_at, _extra(kind, state),
    )  # fmt: skip


def of_search(id: str, state: State) -> GeoFeature | None:
    """Return the place where the child was last seen; None without a point."""
    place = state.get("last_seen") or {}
    point = _point(place)
    name = state["person"]["first_name"]
    return GeoFeature(id, "last_seen", name, point, place=place.get("text"), start=state["missing_since"]) if point else None


def _point(place: Mapping[str, Any]) -> Position | None:
    return (place["lon"], place["lat"]) if place.get("lat") is not None and place.get("lon") is not None else None


def _extra(kind: str, state: State) -> dict[str, Any]:
    """Return the codes and texts of a card that files contain besides the common fields. The kind of a place is named `type`."""
    grade = state.get("grade") or {}
    values = {name: state.get(name) for name in (*CODES[kind], *TEXTS[kind])}
    if "kind" in values:
        values["type"] = values.pop("kind")
    if grade:
        values["grade"] = f"{grade['source']}{grade['content']}"
    return {name: value for name, value in values.items() if value is not None}
