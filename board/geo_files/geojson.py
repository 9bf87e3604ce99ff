"""Places as GeoJSON (RFC 7946)."""

from collections.abc import Sequence
from typing import Any

from geojson_pydantic import Feature
from geojson_pydantic.geometries import Geometry, GeometryCollection, LineString, Point, Polygon

from board.geo_files.feature import GeoFeature, Position

MEDIA = "application/geo+json"


def head(title: str) -> str:
    return '{"type":"FeatureCollection","features":['


TAIL, SEPARATOR = "]}", ","


def written(feature: GeoFeature) -> str:
    """Return a feature as JSON. The schema validates it."""
    return Feature[Geometry, dict[str, Any]](
        type="Feature", id=feature.id, geometry=_geometry(feature), properties=_properties(feature)
    ).model_dump_json()


def _geometry(feature: GeoFeature) -> Geometry:
    shapes: list[Any] = []
    if feature.point is not None:
        shapes.append(Point(type="Point", coordinates=feature.point))
    if feature.outline:
        shapes.append(_outline(feature))
    return shapes[0] if len(shapes) == 1 else GeometryCollection(type="GeometryCollection", geometries=shapes)


def _outline(feature: GeoFeature) -> Any:
    if not feature.is_area:
        return LineString(type="LineString", coordinates=list(feature.outline))
    return Polygon(type="Polygon", coordinates=[ring(feature.outline)])


def ring(outline: Sequence[Position]) -> list[Position]:
    """Return a closed outline, counterclockwise."""
    points = list(outline) if outline[0] != outline[-1] else list(outline[:-1])
    twice_area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True))
    ordered = points if twice_area >= 0 else [points[0], *points[:0:-1]]
    closed = [*ordered, ordered[0]]
    return closed if len(closed) >= 4 else [*closed, *[ordered[0]] * (4 - len(closed))]


def _properties(feature: GeoFeature) -> dict[str, Any]:
    values = {
        "kind": feature.kind, "number": feature.number, "name": feature.name, "place": feature.place,
        "radius_m": feature.radius_m, "from": feature.start, "until": feature.end, "received_at": feature.received_at,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not None} | dict(feature.extra)
