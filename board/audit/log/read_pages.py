"""Pages of the read log: reads of a search, for its lead and coordinators, and each person's own reads."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.audit.log import read_queries, read_sentences
from board.audit.log.read_groups import ReadGroup
from board.audit.log.read_queries import LAST, ReadPage
from board.documents import content
from board.engine import access, snapshot
from board.engine.identity import Caller, renewed
from board.errors import Refused
from board.web import language, pages
from board.web.http import service_of
from models.accounts import ROLES
from models.ids import is_uuid
from models.search import Search
from models.times import DESK_TIME_ZONE, parse_utc

OF_SEARCH, OWN = "/searches/{id}/reads", "/account/reads"


class Found(NamedTuple):
    """Page of reads. `reference`: reference of its search, empty for the caller's own reads. `names`: names of accounts and
    displays, by id. `references`: references of the searches that the caller sees, by id."""

    page: ReadPage
    reference: str
    names: Mapping[str, str]
    references: Mapping[str, str]


class ReadLineTexts(NamedTuple):
    """Texts of a line. `emergency`: end of the emergency access, empty for other reads. `rows`: time, clock and text of each
    entry."""

    account: str
    times: str
    name: str
    board: str
    what: str
    why: str
    emergency: str
    reasons: list[str]
    rows: list[tuple[str, str, str]]


async def search_page(request: Request, caller: Caller) -> Response:
    """`GET /searches/{id}/reads?before=&account=`: reads of a search, a page at a time."""
    board, account = request.path_params["id"], request.query_params.get("account") or None
    before, account = _before(request), account if account and is_uuid(account) else None

    def read(session: Session) -> tuple[ReadPage, str]:
        search = _search(session, caller, board)
        return read_queries.of_board(session, board, before, account), search.reference

    found = await _read(request, caller, read)
    await service_of(request).reads.reads(caller, board)
    return _response(request, caller, found, f"/searches/{board}/reads", {"account": account} if account else {})


async def own_page(request: Request, caller: Caller) -> Response:
    """`GET /account/reads?before=`: the caller's own reads, a page at a time."""
    before = _before(request)

    def read(session: Session) -> tuple[ReadPage, str]:
        return read_queries.of_account(session, caller.account.id, before), ""

    return _response(request, caller, await _read(request, caller, read), OWN, {})


def _search(session: Session, caller: Caller, board: str) -> Search:
    """Return the search. Raises Refused `not_found` unless the caller sees it, and is a coordinator or in charge of it."""
    current = renewed(session, caller)
    found = access.get_visible_board(session, current, board)
    search = session.get(Search, board) if found.kind == "search" else None
    is_coordinator = ROLES.index(current.account.role) >= ROLES.index("coordinator")
    if search is None or not (is_coordinator or search.lead == current.account.id):
        raise Refused("not_found")
    return search


async def _read(request: Request, caller: Caller, read: Callable[[Session], tuple[ReadPage, str]]) -> Found:
    """Read a page with its reference, and the names of its accounts and searches, in the queue of heavy reads."""

    def read_all(session: Session) -> Found:
        page, reference = read(session)
        ids, boards = {group.account for group in page.groups}, {group.board for group in page.groups}
        hidden = snapshot.hidden_searches(session, caller.account.id) - {caller.account.guest_of}
        references = read_queries.references_of(session, boards - hidden)
        return Found(page, reference, read_queries.names_of(session, ids), references)

    return await service_of(request).heavy_reads.read(caller, read_all)


def _response(request: Request, caller: Caller, found: Found, path: str, query: dict[str, str]) -> Response:
    lang, before = language.language_for(request, caller), found.page.before
    older = f"{path}?{urlencode(query | {'before': before})}" if before else None
    return pages.page(
        request, "reads.html", caller, days=_days(found, lang), older=older, reference=found.reference, path=path,
        one_person=found.names.get(query.get("account", ""), ""),
    )  # fmt: skip


def _days(found: Found, lang: str) -> list[tuple[str, str, list[ReadLineTexts]]]:
    """Group lines by day, newest first: date, date in words, and lines."""
    dated = [(parse_utc(group.until).astimezone(DESK_TIME_ZONE).date().isoformat(), group) for group in found.page.groups]
    return [
        (date, content.day(of_day[0].until, lang), [_line(group, found, lang) for group in of_day])
        for date, items in groupby(dated, key=lambda item: item[0])
        if (of_day := [group for _, group in items])
    ]


def _line(group: ReadGroup, found: Found, lang: str) -> ReadLineTexts:
    rows = [(row.at, content.time_text(row.at, lang), read_sentences.describe_row(row, lang)) for row in group.rows]
    return ReadLineTexts(
        account=group.account, times=read_sentences.times_text(group, lang), name=found.names.get(group.account) or "–",
        board=read_sentences.board_text(group.board, found.references, lang), what=read_sentences.describe_group(group, lang),
        why=read_sentences.why_text(group, lang), emergency=read_sentences.opening_text(group, lang),
        reasons=[opening.reason for opening in group.openings], rows=rows,
    )  # fmt: skip


def _before(request: Request) -> str:
    before = request.query_params.get("before", "")
    return before if is_uuid(before) else LAST


routes = [Route(OF_SEARCH, pages.for_people(search_page)), Route(OWN, pages.for_people(own_page))]
