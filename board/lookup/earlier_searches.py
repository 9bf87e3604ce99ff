"""Closed searches for a child of the same name, offered as earlier disappearances while a name is typed.

The query excludes members-only searches, also for their members: everyone who sees the new search can read the copied fields.
Names are compared letter by letter, as in `look_again`. Among similar names, the looks decide, in any language.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Any, NamedTuple

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.searches import talk_readers
from board.engine.identity import Caller, renewed
from board.errors import validated
from board.i18n import N_
from board.lookup.fuzzy_names import normalize_name
from board.lookup.looks import NONE, Likeness, Said, StatementAnswer, answers
from board.vocabulary import meanings
from board.web import language
from board.web.endpoint import EVERYWHERE, Call, of_state, part_of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, read_json_object, service_of
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.fields import Data, LongText, Name, Title
from models.search import COMPARED, Search
from models.times import DESK_TIME_ZONE, parse_utc
from realtime.wire.wire_types import Count, Id, Shape

MAX_COMPARED = 20_000  # most recently closed searches
MAX_OFFERED = 5
MAX_OF_NAME = 50  # searches of a name whose looks are compared
LOOKS_WEIGHT = 20.0  # added to the likeness of names (0 to 100) for identical looks
LEAST = 80  # of 100: minimum likeness of each name
SHORTEST = 2  # letters of a first name
PERSON = ("first_name", "last_name", "age")

_F = columns_of(Search)
_NAMES = (  # only two fields of `person`: reading the complete group takes several times as long
    select(
        _F.id, _F.person["first_name"].as_string().label("first"), _F.person["last_name"].as_string().label("last"), _F.details
    )
    .where(_F.status == "closed", _F.access == "desk")
    .order_by(_F.status_at.desc(), _F.id.desc())
    .limit(MAX_COMPARED)
)
_OFFERED = select(_F.id, _F.reference, _F.person, _F.missing_since, _F.outcome, _F.access, _F.members, _F.talk_kept)


class NameQuery(Data):
    """Name and looks as typed so far, and the search that they belong to, if there is one."""

    first_name: Title
    last_name: Name | None = None
    board: str | None = None
    looks: LongText | None = None


EarlierSearch = TypedDict("EarlierSearch", {
    "board": Id, "reference": Annotated[str, of_state(Search, "reference")],
    "person": Annotated[dict[str, Any], part_of_state(Search, *PERSON, group="person")],
    "date": Annotated[str, Shape(format="date")], "days": Count | None, "place": str | None,
    "statements": list[StatementAnswer], "talk": bool,
})  # fmt: skip
EarlierSearches = TypedDict("EarlierSearches", {"searches": list[EarlierSearch]})


@Call(
    "POST", "/earlier", N_("Finds closed searches for a child of this name. Changes nothing."),
    (*EVERYWHERE, "invalid", "too_large"), body=NameQuery,
)  # fmt: skip
@limited_per_account
async def earlier(request: Request, caller: Caller) -> Reply[EarlierSearches]:
    """Find closed searches for a child of a similar name.

    A POST, so that no proxy logs a child's name. Returns at most 5 closed searches for a child of that name, likeliest first.
    Wrong letters and accents are tolerated. Last names are compared if both are known. Members-only searches are never included,
    not even for their members. *0.4.0*

    `board`: search that the name is typed for, if there is one.
    `looks`: the child's looks, as typed so far; among similar names, children who look like that come first. *0.4.0*
    `searches[].statements`: looks that both describe, in the reader's language. *0.4.0*
    `searches[].talk`: whether a talk with the child is offered to the caller; see [After the child is
    found](searches.md#after-the-child-is-found). *0.4.0*
    """
    name = validated(NameQuery, await read_json_object(request))
    service = service_of(request)
    folder, reads = service.settings.files_path, language.language_for(request, caller)
    said = Said.typed(meanings(folder), name.looks or "", reads)
    searches = await service.lookups.read(caller, lambda session: _offered(session, caller, name, _Looks(said, reads, folder)))
    await service.reads.earlier(caller, len(searches))
    return json_response({"searches": searches})


class _Looks(NamedTuple):
    """Typed looks. `reads`: language of the reader. `folder`: FILES_PATH."""

    said: Said
    reads: str
    folder: str | None

    def likeness(self, row: Any) -> Likeness:
        texts = {name: text for name in COMPARED if isinstance(text := row.person.get(name), str)}
        return self.said.likeness(self.said.meanings.of(texts))


def _offered(session: Session, caller: Caller, query: NameQuery, looks: _Looks) -> list[EarlierSearch]:
    if len(normalize_name(query.first_name)) < SHORTEST:
        return []
    name = _Name(query.first_name, query.last_name or "")
    connection = session.connection()
    rows = connection.execute(_NAMES)
    likeness = [(alike, row.id) for row in paced(rows) if row.id != query.board and (alike := name.alike(row)) >= LEAST]
    likeness.sort(key=lambda pair: -pair[0])  # stable: equal likeness keeps the most recently closed first
    ranks = {id: rank for rank, id in likeness[:MAX_OF_NAME]}
    found = list(connection.execute(_OFFERED.where(_F.id.in_(ranks))))
    by_looks = {row.id: looks.likeness(row) for row in found} if looks.said.statements else {}
    order = {id: number for number, (_, id) in enumerate(likeness[:MAX_OF_NAME])}
    found.sort(key=lambda row: (-ranks[row.id] - LOOKS_WEIGHT * by_looks.get(row.id, NONE).share, order[row.id]))
    reader = renewed(session, caller)
    return [_to_json(row, looks, by_looks.get(row.id, NONE), reader) for row in found[:MAX_OFFERED]]


class _Name:
    """Name to find. Compares each distinct name once, because many searches share one."""

    def __init__(self, first: str, last: str) -> None:
        self._likeness_first, self._likeness_last = _likeness_to(first), _likeness_to(last)
        self._has_last = bool(normalize_name(last))

    def alike(self, row: Any) -> float:
        """Return the likeness of a child's name, 0 to 100: its first name or an alias, and its last name if both are known."""
        aliases = (row.details or {}).get("aliases") or ()
        first = max(map(self._likeness_first, (row.first, *aliases)))
        if not first or not self._has_last or not normalize_name(row.last or ""):
            return first * 0.99  # so that a similar last name ranks higher
        return min(first, self._likeness_last(row.last))


def _likeness_to(name: str) -> Callable[[str], float]:
    normalized = normalize_name(name)
    return cache(lambda other: fuzz.ratio(normalized, normalize_name(other), score_cutoff=LEAST))


def _to_json(row: Any, looks: _Looks, likeness: Likeness, reader: Caller) -> EarlierSearch:
    outcome = row.outcome or {}
    missing_day, found_at = _day(row.missing_since), outcome.get("found_at")
    return {
        "board": row.id, "reference": row.reference, "person": {name: row.person.get(name) for name in PERSON},
        "date": missing_day.isoformat(), "days": max(0, (_day(found_at) - missing_day).days) if found_at else None,
        "place": outcome.get("place"), "statements": answers(likeness.matched, looks.reads, looks.folder, spans=False),
        "talk": talk_readers.is_known_to(row, reader),
    }  # fmt: skip


def _day(at: str) -> date:
    return parse_utc(at).astimezone(DESK_TIME_ZONE).date()
