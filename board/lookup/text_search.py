"""Finding: the words of cards, notes and searches, on one board or on all that one may see.

Every row keeps its words folded (see `models.searchable`), and the database reads through all of them, other threads beside it.
With 1,000 cards and 500 notes on each of 50 boards that takes a core a tenth of a second, less where much is found, and a tenth
of that on one board.
"""

from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session
from sqlmodel import select as select_rows
from starlette.requests import Request
from starlette.responses import Response

from board.engine import access, snapshot
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_
from board.web.compression import compressed
from board.web.heavy_reads import limited_per_account
from board.web.http import int_query_param, json_response, service_of
from models.board import OPERATIONS
from models.db.read_pacing import paced
from models.note import Note
from models.search import Search
from models.searchable import Match, Searchable, find_matches, words
from models.sighting import Sighting
from models.task import Task

KINDS: tuple[type[Searchable], ...] = (Search, Sighting, Task, Note)
LONGEST = 200  # characters that are asked for
ENDS_S = 5.0
BEFORE, AFTER = 40, 160  # characters shown before and from the first word on
TRIED = 50  # words that may be the first one shown


@limited_per_account
@compressed
async def find(request: Request, caller: Caller) -> Response:
    """What has all of these words, in the cards, notes and facts of a search, or of all that the caller may see. Newest first."""
    board, limit = request.query_params.get("board"), int_query_param(request, "limit", 50, 1, 200)
    asked = request.query_params.get("q", "")
    if len(asked) > LONGEST:
        raise Refused("invalid", fields={"q": N_("At most 200 characters.")})
    sought = words(asked)

    def read(session: Session) -> list[dict[str, Any]]:
        if board is not None:
            access.get_visible_board(session, caller.account.id, board)
        hidden = snapshot.hidden_searches(session, caller.account.id)
        return _found(session, sought, board, hidden, limit + 1)

    hits = await service_of(request).heavy_reads.read(caller, read, ENDS_S)
    return json_response({"hits": hits[:limit], "more": len(hits) > limit})


def _found(session: Session, sought: list[str], board: str | None, hidden: Iterable[str], limit: int) -> list[dict[str, Any]]:
    """The newest that have all of the words: ids are made in the order of time."""
    if not sought:
        return []
    rows: list[Searchable] = []
    for kind in KINDS:
        rows += session.scalars(_query(kind, sought, board, hidden).limit(limit))
    rows = sorted(rows, key=lambda row: row.id, reverse=True)[:limit]
    references = _references(session, {row.board for row in rows})
    return [_hit(row, sought, references.get(row.board)) for row in paced(rows)]


def _references(session: Session, boards: set[str]) -> dict[str, str]:
    return dict(session.exec(select_rows(Search.id, Search.reference).where(Search.id.in_(boards))).all())  # type: ignore[attr-defined]


def _query(kind: type[Searchable], sought: list[str], board: str | None, hidden: Iterable[str]) -> Select[Any]:
    columns = kind.__table__.c  # type: ignore[attr-defined]
    query = select(kind).where(*(columns.folded.like(f"% {word}%") for word in sought), columns.board.not_in(hidden))
    if board is not None and not (kind is Search and board == OPERATIONS):  # on which every search is
        query = query.where(columns.board == board)
    return query.order_by(columns.id.desc())


def _hit(row: Searchable, sought: list[str], reference: str | None) -> dict[str, Any]:
    return {
        "board": row.board,
        "reference": reference,
        "kind": row.KIND,
        "id": row.id,
        "number": getattr(row, "number", None),
        "card": getattr(row, "card", None),
        "withdrawn": getattr(row, "withdrawn", False),
        "found": _shown(row, set(sought)),
    }


def _shown(row: Searchable, left: set[str]) -> list[dict[str, Any]]:
    """As few of its texts as have all of the words, those with most of them first."""
    found = {name: (text, find_matches(text, left)) for name, text in row.texts().items() if text}
    has = {name: _words(where) for name, (_, where) in found.items()}
    shown = []
    while name := max((name for name in has if has[name] & left), key=lambda name: len(has[name] & left), default=None):
        shown.append({"field": name} | _snippet(*found[name]))
        left = left - has[name]
    return shown


def _snippet(text: str, found: list[Match]) -> dict[str, Any]:
    """A part of a text, the one that has most of the words, and where in it they are. Counted in UTF-16, as browsers do."""
    at = max(range(min(len(found), TRIED)), key=lambda at: len(_words(_matches_near(found, at))))
    near = _matches_near(found, at)
    start, end = max(0, near[0].start - BEFORE), min(len(text), near[0].start + AFTER)
    start += text[start : near[0].start].find(" ") + 1 if start else 0
    if end < len(text) and (space := text.rfind(" ", near[-1].end, end)) > 0:
        end = space
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    marks = [[_utf16_length(head + text[start:edge]) for edge in (each.start, min(each.end, end))] for each in near]
    return {"text": f"{head}{text[start:end]}{tail}", "marks": marks}


def _matches_near(found: list[Match], at: int) -> list[Match]:
    """The one at a place, and those after it that are shown along."""
    return [found[at], *takewhile(lambda each: each.end <= found[at].start + AFTER, found[at + 1 :])]


def _words(found: list[Match]) -> set[str]:
    return {word for each in found for word in each.words}


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
