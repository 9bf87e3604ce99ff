"""List of closed searches, archived or not, newest first, in pages, with a filter by words, year, kind and outcome."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import kinds, snapshot
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_
from board.lookup.looks import Said
from board.lookup.rows_by_meaning import ids_by_meaning
from board.vocabulary import meanings
from board.web import language
from board.web.compression import compressed
from board.web.endpoint import EVERYWHERE, UUID, Call, IntParam, Param, of_state, params_of, part_of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.db.tables import columns_of
from models.search import Search
from models.searchable import words
from models.times import DESK_TIME_ZONE, format_utc, parse_utc
from realtime.wire.wire_types import ComputedSchema, Count, Id, Shape, Time

MAX_QUERY = 200  # characters
MAX_ALIKE = 500  # searches that say the same in other words
TIMEOUT_S = 5.0
FIRST_YEAR, LAST_YEAR = 1990, 9998
PERSON = ("first_name", "last_name", "age")
NOT_FOUND = "none"  # outcome of a search that was closed before the child was found
_CURSOR = re.compile(rf"([0-9]{{4}}(?:-[0-9]{{2}}){{2}}T[0-9]{{2}}(?::[0-9]{{2}}){{2}}\.[0-9]{{3}}Z)_({UUID})")


def kind_labels() -> dict[str, str]:
    """Return the label of each kind of search."""
    return _choices("kind")


def outcome_labels() -> dict[str, str]:
    """Return the label of each condition of a found child, and of `none`."""
    return _choices("outcome.condition") | {NOT_FOUND: N_("child not found")}


def _choices(path: str) -> dict[str, str]:
    """Return the labels of the codes of a field."""
    return dict(next(spec.choices or {} for spec in kinds.named(Search.KIND).fields if spec.path == path))


QUERY = Param("q", {"type": "string", "maxLength": MAX_QUERY})
YEAR = IntParam("year", FIRST_YEAR, LAST_YEAR)
KIND, OUTCOME = Param("kind", {"enum": ["", *kind_labels()]}), Param("outcome", {"enum": ["", *outcome_labels()]})
BEFORE, LIMIT = Param("before", {"type": "string", "pattern": f"^({_CURSOR.pattern})?$"}), IntParam("limit", 1, 200, 50)


@dataclass(frozen=True, slots=True)
class Filter:
    """Filter of the list. A field that is not set does not filter.

    `query`: words that must all occur. `said`: their meaning; a search that says the same in any language matches too. `year`:
    year of closing, in the desk's time zone.
    """

    query: str = ""
    said: Said | None = None
    year: int | None = None
    kind: str | None = None
    outcome: str | None = None


class ClosedPage(NamedTuple):
    """Page of closed searches.

    `next`: cursor of the next page, None on the last. `years`: from the last closing to the first.
    """

    searches: "list[ClosedSearch]"
    next: str | None
    years: list[int]


ClosedOutcome = TypedDict("ClosedOutcome", {
    "found_at": Time, "condition": Annotated[str, ComputedSchema(lambda: {"enum": list(_choices("outcome.condition"))})],
    "how": Annotated[str, ComputedSchema(lambda: {"enum": list(_choices("outcome.how"))})],
})  # fmt: skip
ClosedSearch = TypedDict("ClosedSearch", {
    "board": Id, "reference": str, "kind": Annotated[str, of_state(Search, "kind")],
    "person": Annotated[dict[str, Any], part_of_state(Search, *PERSON, group="person")],
    "missing_since": Time, "closed_at": Time, "archived_at": Time | None, "outcome": ClosedOutcome | None,
    "photo": Annotated[str | None, of_state(Search, "photo")],
})  # fmt: skip
ClosedSearches = TypedDict("ClosedSearches", {
    "searches": list[ClosedSearch], "next": Annotated[str, Shape(maxLength=64)] | None, "years": list[Count],
})  # fmt: skip


@Call(
    "GET", "/closed",
    N_("Lists closed searches, newest first: by words, the year in which they were closed, type and outcome."),
    (*EVERYWHERE, "invalid"), query=(QUERY, YEAR, KIND, OUTCOME, BEFORE, LIMIT),
)  # fmt: skip
@limited_per_account
@compressed
async def closed(request: Request, caller: Caller) -> Reply[ClosedSearches]:
    """List closed searches that the reader may see, archived or not, most recently closed first.

    An empty parameter does not filter. The page `/closed` shows the same to people.

    `q`: only searches with all of these words, or that say the same in other words, as in *Finding*.
    `year`: year of closing, in Brussels time.
    `outcome`: the `condition` in which the child was found, or `none` for searches that were closed before that.
    `before`: `next` of the previous page.
    `searches[].archived_at`: null while the search is still on `operations`.
    `searches[].photo`: as in the state of a search. *0.4.0*
    `next`: value of `before` for the next page; null on the last one.
    `years`: years from the last closing to the first.
    """
    criteria, before, limit = (
        filter_of(request, QUERY.read(request) or "", language.language_for(request, caller)),
        BEFORE.read(request) or None,
        LIMIT.read(request),
    )
    service = service_of(request)
    page = await service.lookups.read(
        caller, lambda session: read(session, caller.account.id, criteria, before, limit), TIMEOUT_S
    )
    await service.reads.closed(caller, len(page.searches))
    return json_response({"searches": page.searches, "next": page.next, "years": page.years})


def filter_of(request: Request, query: str, reads: str) -> Filter:
    """Read the filter of a request. `query`: the words. `reads`: language of the reader. Raises Refused `invalid`."""
    kind, outcome = (param.read(request) or "" for param in (KIND, OUTCOME))
    problems: dict[str, Any] = {}
    if kind and kind not in kind_labels():
        problems["kind"] = N_("Unknown type.")
    if outcome and outcome not in outcome_labels():
        problems["outcome"] = N_("Unknown outcome.")
    if problems:
        raise Refused("invalid", fields=problems)
    year = YEAR.read(request) if params_of(request).get(YEAR.name) else None  # a form sends all of its fields
    said = Said.typed(meanings(service_of(request).settings.files_path), query, reads) if query.strip() else None
    return Filter(query.strip(), said, year, kind or None, outcome or None)


def read(session: Session, account: str, criteria: Filter, before: str | None, limit: int) -> ClosedPage:
    """Return the page after the cursor `before` (None: the first) of the searches visible to an account.

    Raises Refused `invalid` if the cursor is malformed.
    """
    columns = columns_of(Search)
    visible = and_(columns.status == "closed", columns.id.not_in(snapshot.hidden_searches(session, account)))
    ends = select(func.min(columns.status_at), func.max(columns.status_at)).where(visible)
    first, last = session.connection().execute(ends).one()
    query = (
        select(*(columns[name] for name in ("id", "reference", "kind", "person", "missing_since", "outcome", "photo")))
        .add_columns(columns.status_at, columns.archived_at)
        .where(visible, *_conditions(session, columns, criteria, visible), *_after(columns, before))
        .order_by(columns.status_at.desc(), columns.id.desc())
    )
    rows = session.connection().execute(query.limit(limit + 1)).all()
    page_rows = rows[:limit]
    cursor = f"{page_rows[-1].status_at}_{page_rows[-1].id}" if len(rows) > limit else None
    years = list(range(_year(last), _year(first) - 1, -1)) if first is not None else []
    return ClosedPage([_entry(row) for row in page_rows], cursor, years)


def _conditions(session: Session, columns: Any, criteria: Filter, visible: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    conditions = _typed(session, columns, criteria, visible)
    if criteria.year is not None:
        begins, ends = (format_utc(datetime(year, 1, 1, tzinfo=DESK_TIME_ZONE)) for year in (criteria.year, criteria.year + 1))
        conditions += [columns.status_at >= begins, columns.status_at < ends]
    if criteria.kind is not None:
        conditions.append(columns.kind == criteria.kind)
    if criteria.outcome == NOT_FOUND:
        conditions.append(columns.outcome.is_(None))
    elif criteria.outcome is not None:
        conditions.append(columns.outcome["condition"].as_string() == criteria.outcome)
    return conditions


def _typed(session: Session, columns: Any, criteria: Filter, visible: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Return the condition for the typed words: all of them occur, or the search says the same."""
    if not (typed := words(criteria.query)):
        return []
    all_words = and_(*(columns.folded.like(f"% {word}%") for word in typed))
    said = criteria.said
    alike = ids_by_meaning(session, kinds.named(Search.KIND), said, [visible], MAX_ALIKE) if said else []
    return [or_(all_words, columns.id.in_(alike)) if alike else all_words]


def _after(columns: Any, cursor: str | None) -> list[ColumnElement[bool]]:
    if cursor is None:
        return []
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise Refused("invalid", fields={"before": N_("Send the “next” value of the previous page.")})
    closed_at, id = match[1], match[2]
    return [or_(columns.status_at < closed_at, and_(columns.status_at == closed_at, columns.id < id))]


def _entry(row: Any) -> ClosedSearch:
    outcome = row.outcome
    return {
        "board": row.id, "reference": row.reference, "kind": row.kind,
        "person": {name: row.person.get(name) for name in PERSON}, "missing_since": row.missing_since,
        "closed_at": row.status_at, "archived_at": row.archived_at,
        "outcome": None if outcome is None else {name: outcome[name] for name in ("found_at", "condition", "how")},  # type: ignore[typeddict-item]
        "photo": row.photo,
    }  # fmt: skip


def _year(at: str) -> int:
    return parse_utc(at).astimezone(DESK_TIME_ZONE).year
