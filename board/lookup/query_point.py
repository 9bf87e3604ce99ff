"""Point in a query string, `lat` and `lon`."""

from starlette.requests import Request

from board.errors import Refused, validated
from board.i18n import N_
from board.lookup.place_radius import Point, point_of
from board.web.endpoint import Param
from models.fields import LocationWithRadius

LAT, LON = (Param(name, {"type": "number", "minimum": -limit, "maximum": limit}) for name, limit in (("lat", 90), ("lon", 180)))


def query_point(request: Request) -> Point | None:
    """Return the point of `lat` and `lon` in the query string. Raises Refused `invalid` if they are not coordinates."""
    coordinates = {param.name: param.read(request) for param in (LAT, LON)}
    try:
        numbers = {name: float(text) for name, text in coordinates.items() if text is not None}
    except ValueError:
        raise Refused("invalid", fields={name: N_("This must be a number.") for name in coordinates}) from None
    return point_of(validated(LocationWithRadius, numbers).model_dump())
