"""Places as KML 2.2, for other map programs."""

from collections.abc import Iterable

from board.geo_files.feature import GeoFeature, Position
from board.geo_files.geojson import ring
from board.geo_files.gpx import described
from board.geo_files.xml_text import decimal, element

MEDIA = "application/vnd.google-earth.kml+xml"
TAIL, SEPARATOR = "</Document></kml>\n", ""


def head(title: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"{element('name', title)}\n"
    )


def placemark(feature: GeoFeature) -> str:
    """Return a placemark with the point and the outline of a feature."""
    name = feature.name if feature.number is None else f"{feature.number} {feature.name}"
    parts = [element("name", name), element("description", described(feature)), _time(feature), _geometry(feature)]
    return f"<Placemark>{''.join(parts)}</Placemark>\n"


def _time(feature: GeoFeature) -> str:
    if feature.start and feature.end:
        return f"<TimeSpan>{element('begin', feature.start)}{element('end', feature.end)}</TimeSpan>"
    return f"<TimeStamp>{element('when', feature.start)}</TimeStamp>" if feature.start else ""


def _geometry(feature: GeoFeature) -> str:
    point = f"<Point>{_coordinates([feature.point])}</Point>" if feature.point is not None else ""
    outline = _outline(feature) if feature.outline else ""
    return f"<MultiGeometry>{point}{outline}</MultiGeometry>" if point and outline else point + outline


def _outline(feature: GeoFeature) -> str:
    if not feature.is_area:
        return f"<LineString>{_coordinates(feature.outline)}</LineString>"
    edge = f"<LinearRing>{_coordinates(ring(feature.outline))}</LinearRing>"
    return f"<Polygon><outerBoundaryIs>{edge}</outerBoundaryIs></Polygon>"


def _coordinates(points: Iterable[Position]) -> str:
    return f"<coordinates>{' '.join(f'{decimal(lon)},{decimal(lat)}' for lon, lat in points)}</coordinates>"
