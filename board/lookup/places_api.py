"""HTTP API that finds places by name or postal code: the program's and the installation's own, in one list."""

from heapq import merge
from itertools import islice
from operator import itemgetter

from starlette.requests import Request
from typing_extensions import TypedDict

from board.i18n import N_
from board.lookup.gazetteer import gazetteer
from board.lookup.own_places import own_places
from board.lookup.place import GazetteerPlace, Place
from board.lookup.place_query import read_query
from board.lookup.place_radius import Point
from board.lookup.query_point import LAT, LON, query_point
from board.web.endpoint import Call, IntParam, Param
from board.web.http import Reply, json_response, require_caller, service_of

MAX_QUERY = 200  # characters of the query: the maximum length of a place's text
QUERY, LIMIT = Param("q", {"type": "string", "maxLength": MAX_QUERY}), IntParam("limit", 1, 20, 8)

PlaceList = TypedDict("PlaceList", {"places": list[GazetteerPlace], "attribution": str})


@Call(
    "GET", "/places", N_("Finds places by name or postal code, in French, Dutch, German and English."),
    ("unauthenticated", "rate_limited", "failed", "unavailable", "invalid"), query=(QUERY, LIMIT, LAT, LON),
)  # fmt: skip
async def places(request: Request) -> Reply[PlaceList]:
    """Find municipalities, localities, stations, cities abroad and the installation's own places, by name or by postal code.

    Allowed for any scope. See [Places](lookup.md#places). Best first, none for an empty `q`. Show `attribution` with the places.

    `places[].kind`: a `city` is abroad. Further kinds may be added.
    `places[].own`: whether it is in the installation's own files. *0.4.0*
    `places[].name`: local name.
    `places[].en`: English name; the local name if there is none. *0.4.0*
    `places[].within`: of a locality: its municipality, or null.
    `places[].province`: province, or null.
    `places[].country`: null for the installation's own.
    `places[].lat`: null if unknown.
    `places[].lon`: null if unknown.
    `places[].radius_m`: radius around that point in metres; null if unknown.
    `places[].distance_m`: from the point in the query; null without one. *0.4.0*
    """
    caller = await require_caller(request, intake=True)
    typed = QUERY.read(request) or ""
    limit = LIMIT.read(request)
    near = query_point(request)
    folder = service_of(request).settings.files_path

    def find() -> PlaceList:
        found = find_places(typed, limit, near, folder)
        return {"places": [place.to_json(near) for place in found], "attribution": gazetteer().attribution}

    return json_response(await service_of(request).queues.lookups.run(caller.account.id, find))


def find_places(typed: str, limit: int, near: Point | None, folder: str | None) -> list[Place]:
    """Return the matching places of the program and of the installation, best first."""
    ranked = gazetteer().ranked(typed, limit, near)
    own = own_places(folder).find(read_query(typed), near, limit)
    return [place for _, place in islice(merge(ranked, own, key=itemgetter(0)), limit)]
