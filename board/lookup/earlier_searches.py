"""Closed searches for a child of the same name, offered as earlier disappearances while a name is typed.

Members-only searches are left out by the query itself, for their members too: what is copied is read by all who see the other
search. Names are compared letter by letter, as in `look_again`.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Any

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine.identity import Caller
from board.errors import validated
from board.i18n import N_
from board.lookup.fuzzy_names import normalize_name
from board.web.endpoint import EVERYWHERE, Call, of_state, part_of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, read_json_object, service_of
from models.db.read_pacing import paced
from models.fields import Data, Name, Title
from models.search import Search
from models.times import DESK_TIME_ZONE, parse_utc
from realtime.wire.wire_types import Count, Id, Shape

MAX_COMPARED = 20_000  # searches, those that were closed last
MAX_OFFERED = 5
LEAST = 80  # of 100: how alike a name must be, each of them
SHORTEST = 2  # letters of a first name
PERSON = ("first_name", "last_name", "age")

_F = Search.__table__.c  # type: ignore[attr-defined]
_NAMES = (  # only these, as reading whole groups takes several times as long
    select(
        _F.id, _F.person["first_name"].as_string().label("first"), _F.person["last_name"].as_string().label("last"), _F.details
    )
    .where(_F.status == "closed", _F.access == "desk")
    .order_by(_F.status_at.desc(), _F.id.desc())
    .limit(MAX_COMPARED)
)
_OFFERED = select(_F.id, _F.reference, _F.person, _F.missing_since, _F.outcome)


class Asked(Data):
    """Name as typed so far, and the search that it is for, if there is one."""

    first_name: Title
    last_name: Name | None = None
    board: str | None = None


EarlierSearch = TypedDict("EarlierSearch", {
    "board": Id, "reference": Annotated[str, of_state(Search, "reference")],
    "person": Annotated[dict[str, Any], part_of_state(Search, *PERSON, group="person")],
    "date": Annotated[str, Shape(format="date")], "days": Count | None, "place": str | None,
})  # fmt: skip
EarlierSearches = TypedDict("EarlierSearches", {"searches": list[EarlierSearch]})


@Call(
    "POST", "/earlier", N_("Finds closed searches for a child of this name. Changes nothing."),
    (*EVERYWHERE, "invalid", "too_large"), body=Asked,
)  # fmt: skip
@limited_per_account
async def earlier(request: Request, caller: Caller) -> Reply[EarlierSearches]:
    """`POST /api/v1/earlier`: a POST, as a child's name must not get into a URL, which proxies log.

    A POST, so that no proxy logs a child's name. At most 5 closed searches for a child of that name, the likeliest first. Wrong
    letters and accents are forgiven, and a last name is compared if both are known. Members-only searches are never among them,
    for nobody. *0.4.0*

    `board`: the search that it is for, if there is one.
    """
    asked = validated(Asked, await read_json_object(request))
    service = service_of(request)
    found = await service.lookups.read(caller, lambda session: _offered(session, asked))
    service.reads.earlier(caller, len(found))
    return json_response({"searches": found})


def _offered(session: Session, asked: Asked) -> list[EarlierSearch]:
    if len(normalize_name(asked.first_name)) < SHORTEST:
        return []
    name = _Name(asked.first_name, asked.last_name or "")
    connection = session.connection()
    rows = connection.execute(_NAMES)
    found = [(alike, row.id) for row in paced(rows) if row.id != asked.board and (alike := name.alike(row)) >= LEAST]
    found.sort(key=lambda each: -each[0])  # of those that are as like, the one closed last is first
    best = [id for _, id in found[:MAX_OFFERED]]
    by_id = {row.id: row for row in connection.execute(_OFFERED.where(_F.id.in_(best)))}
    return [_to_json(by_id[id]) for id in best]


class _Name:
    """Name that is sought. It compares each other name once, as many searches share one."""

    def __init__(self, first: str, last: str) -> None:
        self._likeness_first, self._likeness_last = _likeness_to(first), _likeness_to(last)
        self._has_last = bool(normalize_name(last))

    def alike(self, row: Any) -> float:
        """Return how alike a child's name is, of 100: the first name, or an alias, and the last name where both are known."""
        aliases = (row.details or {}).get("aliases") or ()
        first = max(map(self._likeness_first, (row.first, *aliases)))
        if not first or not self._has_last or not normalize_name(row.last or ""):
            return first * 0.99  # a last name that is alike comes first
        return min(first, self._likeness_last(row.last))


def _likeness_to(name: str) -> Callable[[str], float]:
    sought = normalize_name(name)
    return cache(lambda other: fuzz.ratio(sought, normalize_name(other), score_cutoff=LEAST))


def _to_json(row: Any) -> EarlierSearch:
    outcome = row.outcome or {}
    missing, found = _day(row.missing_since), outcome.get("found_at")
    return {
        "board": row.id, "reference": row.reference, "person": {name: row.person.get(name) for name in PERSON},
        "date": missing.isoformat(), "days": max(0, (_day(found) - missing).days) if found else None,
        "place": outcome.get("place"),
    }  # fmt: skip


def _day(at: str) -> date:
    return parse_utc(at).astimezone(DESK_TIME_ZONE).date()
