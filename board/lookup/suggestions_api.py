"""What may be meant, while a sighting is typed: the same one told before, and the search that it belongs to.

Suggestions never decide and never block. Their scores are simple, so that a person can see why:

- A sighting may be the same if it has the words that were typed (a word that few sightings have counts for more), or is near
  in time and place at once. Both add up.
- A search is meant by its reference or by a name, a beginning is enough, a letter may be wrong; among equals, and where
  nothing was typed, the one that is nearest: by where the child was last seen, or was seen since.
"""

import math
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Row, select
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused, from_pydantic, invalid
from board.fields import Data, LocationWithRadius, LongText, Time
from board.i18n import N_
from board.lookup.fuzzy_names import normalize_name, prefix_edit_distance
from board.lookup.place_radius import Point, metres
from board.web.heavy_reads import limited_per_account
from board.web.http import json_errors, json_response, read_json_object, service_of
from models.db.read_pacing import paced
from models.search import Search
from models.sighting import Sighting
from models.times import parse_utc

LOOKED_AT = 500  # sightings of a board, the newest; and twice as many of all boards, for where a child was seen
READ = 1_000  # characters of a text that are compared
SIMILAR = 5  # suggestions
LIKELY = 0.3  # of 2: less is not worth a look
SEARCHES = 8
LONGEST = 200  # characters of a name or a reference
NEAR_IN_TIME = timedelta(hours=6)  # from here on it is not near at all
NEAR_IN_PLACE = 10_000  # metres, beyond the radius of either place
STEM = 6  # letters that are compared of a word: "station" and "stations" are the same

_S = Sighting.__table__.c  # type: ignore[attr-defined]
_TOLD = select(
    _S.id, _S.number, _S.description, _S.seen_at, _S.received_at, _S.place, _S.direction, _S.clothing, _S.company, _S.assessment
).where(~_S.withdrawn, _S.assessment != "duplicate")
_SEEN = (
    select(_S.board, _S.place)
    .where(~_S.withdrawn, _S.assessment.not_in(("duplicate", "not_the_child")), _S.place.is_not(None))
    .order_by(_S.id.desc())  # ids are in the order in which they were made
    .limit(2 * LOOKED_AT)
)
_F = Search.__table__.c  # type: ignore[attr-defined]
_OPEN = select(_F.id, _F.reference, _F.kind, _F.person, _F.missing_since, _F.last_seen, _F.worrying, _F.access, _F.members).where(
    _F.status == "open"
)


class Typed(Data):
    """What there is of a sighting so far."""

    text: LongText | None = None
    place: LocationWithRadius | None = None
    seen_at: Time | None = None


@limited_per_account
async def similar(request: Request, caller: Caller) -> Response:
    """`POST /boards/{board}/similar`: its sightings that may be the same. A call of its own kind, as what a caller said has no
    place in an address, which proxies write down."""
    try:
        typed = Typed.model_validate(await read_json_object(request))
    except ValidationError as error:
        raise from_pydantic(error) from error
    desk = service_of(request)
    board, now = request.path_params["board"], desk.clock()

    def read(session: Session) -> list[dict[str, Any]]:
        access.get_visible_board(session, caller.account.id, board)
        told = session.connection().execute(_TOLD.where(_S.board == board).order_by(_S.id.desc()).limit(LOOKED_AT)).all()
        return _alike(typed, told, parse_utc(typed.seen_at) if typed.seen_at else now)

    return json_response({"similar": await desk.heavy_reads.read(caller, read)})


@limited_per_account
async def searches(request: Request, caller: Caller) -> Response:
    """`GET /intake/searches`: the open searches that may be meant, of those that one may see."""
    typed = request.query_params.get("q", "")
    if len(typed) > LONGEST:
        raise invalid("q", N_("At most 200 characters."))
    point = _point_asked(request)

    def read(session: Session) -> list[dict[str, Any]]:
        connection = session.connection()
        open = [row for row in connection.execute(_OPEN) if access.can_see(caller.account.id, row.access, row.members)]
        seen = connection.execute(_SEEN).all() if point else ()
        return _best_searches(normalize_name(typed).split(), point, open, seen)

    return json_response({"searches": await service_of(request).heavy_reads.read(caller, read)})


routes = [
    Route("/boards/{board}/similar", json_errors(similar), methods=["POST"]),
    Route("/intake/searches", json_errors(searches)),
]


# -- the same, told before -----------------------------------------------------------------------------------------------


def _alike(typed: Typed, told: Any, at: datetime) -> list[dict[str, Any]]:
    place = typed.place.model_dump() if typed.place else None
    ours = _words(typed.text, _unplaced(place))
    theirs = [_words(row.description, row.direction, row.clothing, row.company, _unplaced(row.place)) for row in paced(told)]
    having = Counter(word for words in theirs for word in words)
    weights = {word: 1 / max(1, having[word]) for word in ours}
    found = []
    for row, words in paced(zip(told, theirs, strict=True)):
        shared = sum(weights[word] for word in ours & words) / sum(weights.values()) if ours else 0.0
        near = _near_in_time(row, at) * _near_in_place(place, row.place)
        if shared + near >= LIKELY:
            found.append((shared + near, row, {"words": round(shared, 2), "near": round(near, 2)}))
    found.sort(key=lambda each: (-each[0], -each[1].number))
    return [
        {
            "sighting": row.id, "number": row.number, "description": row.description, "seen_at": row.seen_at,
            "received_at": row.received_at, "place": row.place, "assessment": row.assessment, "score": because,
        }
        for _, row, because in found[:SIMILAR]
    ]  # fmt: skip


def _words(*texts: str | None) -> set[str]:
    """The words that may tell one from another: longer ones, and numbers."""
    words = normalize_name(" ".join(text[:READ] for text in texts if text)).split()
    return {word[:STEM] for word in words if len(word) > 3 or word.isdecimal()}


def _unplaced(place: dict[str, Any] | None) -> str | None:
    """The words of a place that has no point to be compared by."""
    return place["text"] if place and place.get("lat") is None else None


def _near_in_time(row: Row[Any], at: datetime) -> float:
    return max(0.0, 1 - abs(parse_utc(row.seen_at or row.received_at) - at) / NEAR_IN_TIME)


def _near_in_place(ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> float:
    here, there = _point(ours), _point(theirs)
    if here is None or there is None:
        return 0.0
    between = metres(here, there) - sum((place or {}).get("radius_m") or 0 for place in (ours, theirs))
    return min(1.0, max(0.0, 1 - between / NEAR_IN_PLACE))


# -- the search that is meant --------------------------------------------------------------------------------------------


class _Near(NamedTuple):
    distance: float
    by: str | None  # last_seen or sighting


_UNKNOWN = _Near(math.inf, None)


def _best_searches(words: list[str], point: Point | None, open: list[Any], seen: Any) -> list[dict[str, Any]]:
    nearest = {row.id: _from(point, row.last_seen, "last_seen") for row in open}
    for board, place in paced(seen):
        if board in nearest:
            nearest[board] = min(nearest[board], _from(point, place, "sighting"), key=lambda near: near.distance)
    fits = [(fit, row) for row in paced(open) if (fit := _score(words, row)) is not None]
    fits.sort(key=lambda each: each[1].missing_since, reverse=True)
    fits.sort(key=lambda each: (each[0], nearest[each[1].id].distance))
    return [_shown(row, nearest[row.id]) for _, row in fits[:SEARCHES]]


def _score(words: list[str], row: Row[Any]) -> int | None:
    """How well a search has the words: 0 is best, None not at all."""
    if not words:
        return 0
    reference, names = (
        normalize_name(row.reference),
        normalize_name(f"{row.person['first_name']} {row.person['last_name'] or ''}").split(),
    )
    if " ".join(words) in (reference, " ".join(names), *names):
        return 0
    parts = [*names, *reference.split()]
    if all(any(part.startswith(word) for part in parts) for word in words):
        return 1
    if all(any(_score_fuzzy(word, part) for part in parts) for word in words):
        return 2
    return None


def _score_fuzzy(word: str, part: str) -> bool:
    allowed = 0 if len(word) < 4 or word.isdecimal() else 2 if len(word) > 6 else 1
    return prefix_edit_distance(word[:LONGEST], part, allowed) <= allowed


def _shown(row: Row[Any], near: _Near) -> dict[str, Any]:
    person = {name: row.person.get(name) for name in ("first_name", "last_name", "age", "sex", "description")}
    return {
        "board": row.id, "reference": row.reference, "kind": row.kind, "person": person, "missing_since": row.missing_since,
        "last_seen": row.last_seen, "worrying": row.worrying,
        "distance_m": round(near.distance) if near.by else None, "nearest": near.by,
    }  # fmt: skip


def _from(point: Point | None, place: dict[str, Any] | None, by: str) -> _Near:
    there = _point(place)
    return _Near(metres(point, there), by) if point and there else _UNKNOWN


def _point(place: dict[str, Any] | None) -> Point | None:
    return Point(place["lat"], place["lon"]) if place and place.get("lat") is not None else None


def _point_asked(request: Request) -> Point | None:
    """`lat` and `lon` of the query. Raises Refused `invalid`."""
    given = {name: request.query_params.get(name) for name in ("lat", "lon")}
    try:
        place = LocationWithRadius.model_validate({name: float(text) for name, text in given.items() if text is not None})
    except ValidationError as error:
        raise from_pydantic(error) from error
    except ValueError:
        raise Refused("invalid", fields={name: N_("This must be a number.") for name in given}) from None
    return _point(place.model_dump())
