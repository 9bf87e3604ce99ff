"""Places as GPX 1.1: points as waypoints, then outlines as tracks."""

from board.geo_files.feature import GeoFeature
from board.geo_files.geojson import ring
from board.geo_files.xml_text import decimal, element, plain

MEDIA = "application/gpx+xml"
TAIL, SEPARATOR = "</gpx>\n", ""


def head(title: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Searchboard" '
        f'xmlns="http://www.topografix.com/GPX/1/1"><metadata>{element("name", title)}</metadata>\n'
    )


def waypoint(feature: GeoFeature) -> str:
    """Return the point of a feature; empty if it has none."""
    if feature.point is None:
        return ""
    lon, lat = feature.point
    parts = (element("time", feature.start), *_texts(feature))
    return f'<wpt lat="{decimal(lat)}" lon="{decimal(lon)}">{"".join(parts)}</wpt>\n'


def track(feature: GeoFeature) -> str:
    """Return the outline of a feature; empty if it has none."""
    if not feature.outline:
        return ""
    points = ring(feature.outline) if feature.is_area else feature.outline
    segment = "".join(f'<trkpt lat="{decimal(lat)}" lon="{decimal(lon)}"/>' for lon, lat in points)
    return f"<trk>{''.join(_texts(feature))}<trkseg>{segment}</trkseg></trk>\n"


def _texts(feature: GeoFeature) -> tuple[str, ...]:
    name = feature.name if feature.number is None else f"{feature.number} {feature.name}"
    return element("name", name), element("desc", described(feature)), f"<type>{plain(feature.kind)}</type>"


def described(feature: GeoFeature) -> str:
    """Return the other fields of a feature as lines."""
    values = {
        "place": feature.place, "radius_m": feature.radius_m, "from": feature.start, "until": feature.end,
        "received_at": feature.received_at, **feature.extra,
    }  # fmt: skip
    return "\n".join(f"{name}: {value}" for name, value in values.items() if value not in (None, ""))
