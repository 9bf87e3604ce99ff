"""HTTP API of a reach: how far a person gets from a sighting, or from where the child was last seen. Read-only."""

from datetime import UTC, datetime, timedelta
from typing import cast

from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.config.speeds import MEANS, Means, Speeds, TrainSpeed
from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused, invalid
from board.i18n import N_
from board.lookup.gazetteer import gazetteer
from board.reach.journeys import ReachableStation, minutes_until, radius_m, reachable_stations
from board.reach.rail_network import rail_network
from board.reach.search_at import SearchAt, read_search
from board.reach.whereabouts import Whereabouts, minutes_of, whereabouts
from board.web.endpoint import ON_A_BOARD, Call, IntParam, Param, TimeParam
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.times import format_utc
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count

LAST_SEEN = "last_seen"  # value of `from`
FROM = Param("from", {"type": "string", "maxLength": 64})
UNTIL = TimeParam("until", is_required=True)
BY = Param("by", {"type": "string", "enum": list(MEANS)})
AT = IntParam("at", 1, MAX_INTEGER)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ReachStart = TypedDict("ReachStart", {"lat": float, "lon": float, "radius_m": float, "seen_at": str, "earliest": str})
ReachStation = TypedDict("ReachStation", {
    "id": str, "name": str, "fr": str, "nl": str, "de": str, "en": str, "lat": float, "lon": float, "at": str,
})  # fmt: skip
Reach = TypedDict("Reach", {
    "start": ReachStart, "by": Means, "until": str, "minutes": Count, "radius_m": float | None, "stations": list[ReachStation],
    "attribution": str,
})  # fmt: skip


@Call(
    "GET", "/boards/{board}/reach",
    N_("How far a person gets from a sighting until a time: on foot, by bicycle, by car or by train."),
    (*ON_A_BOARD, "invalid"), query=(FROM, UNTIL, BY, AT),
)  # fmt: skip
@limited_per_account
async def reach(request: Request, caller: Caller) -> Reply[Reach]:
    """Return how far a person gets from a sighting, or from where the child was last seen, until a time.

    See *Possible or impossible*. Speeds are those of `speeds.toml`. Show `attribution` if you show stations. *0.4.0*

    `from`: id of a sighting, or `last_seen`. Without a point and a time it is `not_found`.
    `by`: means of travel; `foot` if not given.
    `at`: seq of an event, for the sighting as it was after that event.
    `start.seen_at`: stated time; for `last_seen`, the time since which the child is missing.
    `start.earliest`: earliest time, at which the calculation begins.
    `minutes`: longest time that the person has, in minutes.
    `radius_m`: radius of the circle around the start; null by train.
    `stations`: stations reached by train, earliest first: on foot to a station, then with waiting and stops. Empty for other
    means.
    `stations[].at`: earliest arrival.
    """
    service, board = service_of(request), request.path_params["board"]
    means, until, at = _means(request, service.speeds), UNTIL.require(request), AT.read(request) or None
    source = FROM.read(request) or LAST_SEEN

    def read(session: Session) -> Reach:
        found = access.get_readable_board(session, caller, board)
        if at is not None and at > found.seq:
            raise Refused("not_found")
        start, seen_at = _start(read_search(session, board, at), source, service.speeds)
        return _to_json(start, seen_at, means, until, service.speeds)

    queue = service.lookups if at is None else service.heavy_reads
    answer = await queue.read(caller, read)
    await service.reads.part_of_board(caller, board, at)
    return json_response(answer)


def _means(request: Request, speeds: Speeds) -> Means:
    """Return the requested means of travel. Raises Refused `invalid` if it is unknown or has no speed."""
    means = next((means for means in MEANS if means == (BY.read(request) or MEANS[0])), None)
    if means is None or speeds.of(means) is None:
        raise invalid("by", N_("Choose a means of travel from the list."))
    return means


def _start(search: SearchAt, source: str, speeds: Speeds) -> tuple[Whereabouts, str]:
    """Return the start and its stated time. Raises Refused `not_found` if its place or its time is not known."""
    if source == LAST_SEEN:
        place, seen_at = search.last_seen, search.missing_since
    elif source in search.sightings:
        place, seen_at = search.sightings[source]["place"], search.sightings[source]["seen_at"]
    else:
        raise Refused("not_found")
    start = whereabouts(place, seen_at, speeds.margin)
    if start is None or seen_at is None:
        raise Refused("not_found")
    return start, seen_at


def _to_json(start: Whereabouts, seen_at: str, means: Means, until: datetime, speeds: Speeds) -> Reach:
    speed, end = speeds.of(means), minutes_of(format_utc(until))
    is_train = isinstance(speed, TrainSpeed)
    stations = reachable_stations(start, end, speeds.foot, cast(TrainSpeed, speed), rail_network()) if is_train else []
    return {
        "start": {
            "lat": start.point.lat, "lon": start.point.lon, "radius_m": start.radius_m, "seen_at": seen_at,
            "earliest": _time(start.earliest),
        },
        "by": means, "until": format_utc(until), "minutes": int(minutes_until(start, end)),
        "radius_m": None if is_train or speed is None else round(radius_m(start, end, speed), 1),
        "stations": [_station(reached) for reached in stations], "attribution": gazetteer().attribution,
    }  # fmt: skip


def _station(reached: ReachableStation) -> ReachStation:
    place = reached.station
    assert place.point is not None
    return {
        "id": place.id, "name": place.name, **place.names, "en": place.en or place.name, "lat": place.point.lat,
        "lon": place.point.lon, "at": _time(reached.minute),
    }  # fmt: skip


def _time(minute: float) -> str:
    try:
        return format_utc(_EPOCH + timedelta(minutes=minute))
    except OverflowError:  # the margin reaches back before the year 1
        return format_utc(datetime.min.replace(tzinfo=UTC))
