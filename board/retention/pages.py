"""Pages of retention, for coordinators: searches whose retention has ended, and for each search its stored data and its holds.

A form posts and is redirected to the page. `erasure_pages` erases.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts.account_forms import form_reader
from board.audit import actor
from board.audit.log.read_queries import names_of
from board.engine import access, snapshot
from board.engine.identity import Caller, renewed
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError, Refused
from board.retention import erasures, holds, inventory
from board.retention.due_searches import RetainedSearch, due_searches, held_searches, retained_search
from board.retention.erasure_texts import erasure_texts
from board.retention.erasures import NamedErasure
from board.retention.linked_searches import with_kept
from board.retention.page_texts import HoldTexts, SearchTexts, hold_texts, search_texts
from board.web import language, pages
from board.web.http import check_allowed, service_of
from board.web.role_pages import for_coordinators
from models.accounts import ROLES
from models.retention_hold import RetentionHold
from models.search import Search
from models.times import DESK_TIME_ZONE

PATH, OF_SEARCH = "/retention", "/retention/{id}"
MAX_REFERENCE = 100  # characters
MAX_LISTED = 200  # searches of a page; the longest due come first
Typed = tuple[str, str]  # last day and reason of a hold that failed


class SearchPage(NamedTuple):
    """Data of the page of one search. `names`: of the accounts that placed its holds."""

    search: RetainedSearch
    holds: list[RetentionHold]
    names: Mapping[str, str]
    counts: dict[str, int]


async def list_page(request: Request, caller: Caller) -> Response:
    """`GET /retention?reference=`: searches whose retention has ended or that are on hold. A reference leads to its search."""
    service, reference = service_of(request), request.query_params.get("reference", "").strip()

    def read(session: Session) -> tuple[list[RetainedSearch], bool, str | None, list[NamedErasure]]:
        current = current_coordinator(session, caller)
        searches, rules, account = _listed(request, session, current), service.retention, current.account.id
        lines = [with_kept(session, search, rules, service.clock(), account) for search in searches[:MAX_LISTED]]
        return lines, len(searches) > MAX_LISTED, _find(session, current, reference), erasures.newest(session)

    searches, is_cut, board, begun = await service.heavy_reads.read(caller, read)
    await service.reads.report(caller, "retention")
    if board is not None:
        return RedirectResponse(f"{PATH}/{board}", 303)
    lang, now = language.language_for(request, caller), service.clock()
    problem = i18n.translate(i18n.N_("You see no search with this reference."), lang) if reference else None
    lines: list[SearchTexts] = [search_texts(search, now, lang) for search in searches]
    return pages.page(
        request, "retention.html", caller, status=422 if problem else 200, problem=problem, reference=reference, lines=lines,
        is_cut=is_cut, erasures=[erasure_texts(*each, lang, now) for each in begun],
    )  # fmt: skip


async def search_page(request: Request, caller: Caller, problem: str | None = None, typed: Typed = ("", "")) -> Response:
    """`GET /retention/{id}`: what is stored about a search, until when, and its holds. `problem`: of a failed hold."""
    service, board = service_of(request), request.path_params["id"]

    def read(session: Session) -> SearchPage:
        return _search_page(request, session, *visible_search(session, caller, board))

    page = await service.heavy_reads.read(caller, read)
    await service.reads.part_of_board(caller, board)
    lang, now = language.language_for(request, caller), service.clock()
    lines: list[HoldTexts] = [hold_texts(hold, page.names, lang) for hold in page.holds]
    groups = [(i18n.translate(inventory.GROUPS[group], lang), count) for group, count in page.counts.items()]
    message = problem and i18n.translate(problem, lang)
    return pages.page(
        request, "retention_search.html", caller, status=422 if problem else 200, problem=message,
        search=search_texts(page.search, now, lang), holds=lines, groups=groups, until=typed[0], reason=typed[1],
        today=now.astimezone(DESK_TIME_ZONE).date().isoformat(), min_reason=holds.MIN_REASON, max_reason=holds.MAX_REASON,
    )  # fmt: skip


async def place_hold(request: Request, caller: Caller) -> Response:
    """`POST /retention/{id}/holds`: keep the search until the end of the day `until`, for a `reason`."""
    form, now = await form_reader(request), service_of(request).clock()
    day, reason = form("until"), form("reason")

    def place(session: Session, current: Caller, search: Search) -> None:
        holds.place(session, search, day, reason, now, current.account.id)

    return await _change(request, caller, place, (day, reason))


async def end_hold(request: Request, caller: Caller) -> Response:
    """`POST /retention/{id}/holds/end`: end the hold `hold` of the search early."""
    hold, now = (await form_reader(request))("hold"), service_of(request).clock()
    return await _change(request, caller, lambda session, _, search: holds.end(session, search, hold, now))


async def _change(
    request: Request, caller: Caller, fn: Callable[[Session, Caller, Search], None], typed: Typed = ("", "")
) -> Response:  # fmt: skip
    """Change holds after checking the caller in the same transaction, and redirect to the page of the search."""
    service, board = service_of(request), request.path_params["id"]
    check_allowed(request, await service.limiter.take(service.limits.accounts, caller.account.id))

    def change(session: Session) -> None:
        lock_rights_version(session)
        current, search = visible_search(session, caller, board)
        actor.set_current(session, actor.of(current))
        fn(session, current, search)

    try:
        await service.database.write(change)
    except OperationError as error:
        return await search_page(request, caller, str(error), typed)
    return RedirectResponse(f"{PATH}/{board}", 303)


def current_coordinator(session: Session, caller: Caller) -> Caller:
    """Return the caller with current rights. Raises Refused `not_found` unless it is a coordinator or administrator."""
    current = renewed(session, caller)
    if ROLES.index(current.account.role) < ROLES.index("coordinator"):
        raise Refused("not_found")
    return current


def visible_search(session: Session, caller: Caller, board: str) -> tuple[Caller, Search]:
    """Return the caller with current rights, and the search. Raises Refused `not_found` unless a coordinator sees the search."""
    current = current_coordinator(session, caller)
    search = session.get(Search, board) if access.get_visible_board(session, current, board).kind == "search" else None
    if search is None:
        raise Refused("not_found")
    return current, search


def _listed(request: Request, session: Session, caller: Caller) -> list[RetainedSearch]:
    """Return the searches that the caller sees: those whose retention has ended, then further ones on hold."""
    service = service_of(request)
    hidden, now = snapshot.hidden_searches(session, caller.account.id), service.clock()
    due = [search for search in due_searches(session, service.retention, now) if search.id not in hidden]
    listed = {search.id for search in due}
    held = held_searches(session, now)
    others = [session.get(Search, board) for board in held if board not in listed and board not in hidden]
    return due + [retained_search(search, service.retention, held[search.id]) for search in others if search is not None]


def _find(session: Session, caller: Caller, reference: str) -> str | None:
    """Return the id of the newest search with this reference that the caller sees."""
    if not 0 < len(reference) <= MAX_REFERENCE or "\0" in reference:
        return None
    query = select(Search.id, Search.access, Search.members).where(Search.reference == reference).order_by(col(Search.id).desc())
    rows = session.exec(query).all()
    return next((id for id, who, members in rows if access.can_see(caller.account.id, who, members)), None)


def retained(request: Request, session: Session, caller: Caller, search: Search) -> RetainedSearch:
    """Return a search with the end of its retention and of its last hold, and the linked searches that the caller sees."""
    service, now = service_of(request), service_of(request).clock()
    of_search = holds.current_holds(session, now, search.id)
    found = retained_search(search, service.retention, max((hold.until for hold in of_search), default=None))
    return with_kept(session, found, service.retention, now, caller.account.id)


def _search_page(request: Request, session: Session, caller: Caller, search: Search) -> SearchPage:
    of_search = holds.current_holds(session, service_of(request).clock(), search.id)
    names = names_of(session, {hold.account for hold in of_search if hold.account is not None})
    counts = inventory.by_group(inventory.rows_about(session, search.id))
    return SearchPage(retained(request, session, caller, search), of_search, names, counts)


routes = [
    Route(PATH, for_coordinators(list_page)),
    Route(OF_SEARCH, for_coordinators(search_page)),
    Route(f"{OF_SEARCH}/holds", for_coordinators(place_hold), methods=["POST"]),
    Route(f"{OF_SEARCH}/holds/end", for_coordinators(end_hold), methods=["POST"]),
]
