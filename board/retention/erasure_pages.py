"""Page on which two coordinators erase a search: one asks, the other agrees. Each form posts and is redirected."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts.account_forms import form_reader
from board.audit import actor
from board.engine.identity import Caller
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError
from board.retention import erasures, inventory
from board.retention.due_searches import RetainedSearch
from board.retention.erasure_texts import AskedTexts, asked_texts
from board.retention.page_texts import search_texts
from board.retention.pages import OF_SEARCH, PATH, retained, visible_search
from board.web import language, pages
from board.web.http import check_allowed, service_of
from board.web.role_pages import for_coordinators_again
from models.erasure import Erasure
from models.search import Search

STAY = ("reads", "figures")  # groups whose rows are not erased
ERASURE = f"{OF_SEARCH}/erasure"
Typed = tuple[str, str]  # reference and reason of a form that failed


class ErasurePage(NamedTuple):
    """Data of the page. `erasure`: the open request, and `asked_by`, the name of who asked. `seen`: state of the search."""

    search: RetainedSearch
    is_closed: bool
    counts: dict[str, int]
    erasure: Erasure | None
    asked_by: str
    seen: str


async def erasure_page(request: Request, caller: Caller, problem: str | None = None, typed: Typed = ("", "")) -> Response:
    """`GET /retention/{id}/erasure`: what an erasure removes, with the forms to ask and to agree. `problem`: of a failed form."""
    service, board = service_of(request), request.path_params["id"]

    def read(session: Session) -> ErasurePage:
        current, search = visible_search(session, caller, board)
        row = erasures.find(session, board, service.clock())
        asked_by = erasures.person_name(session, row.asked_by) if row is not None else ""
        counts = inventory.by_group(inventory.rows_about(session, board))
        is_closed, seen = search.status == "closed", erasures.state(session, board)
        return ErasurePage(retained(request, session, current, search), is_closed, counts, row, asked_by, seen)

    page = await service.heavy_reads.read(caller, read)
    await service.reads.part_of_board(caller, board)
    lang = language.language_for(request, caller)
    counts = [(i18n.translate(inventory.GROUPS[group], lang), count) for group, count in page.counts.items() if group not in STAY]
    asked: AskedTexts | None = asked_texts(page.erasure, page.asked_by, caller.account.id, lang) if page.erasure else None
    return pages.page(
        request, "erasure.html", caller, status=422 if problem else 200, problem=problem and i18n.translate(problem, lang),
        search=search_texts(page.search, service.clock(), lang), is_closed=page.is_closed, asked=asked, reference=typed[0],
        seen=page.seen, groups=counts, reason=typed[1], min_reason=erasures.MIN_REASON, max_reason=erasures.MAX_REASON,
    )  # fmt: skip


async def ask(request: Request, caller: Caller) -> Response:
    """`POST /retention/{id}/erasure`: ask to erase the search, with its `reference` and a `reason`."""
    form = await form_reader(request)
    reference, reason = form("reference"), form("reason")

    def change(session: Session, search: Search, now: datetime) -> None:
        erasures.ask(session, search, reference, reason, now)

    return await _change(request, caller, change, f"{PATH}/{request.path_params['id']}/erasure", (reference, reason))


async def agree(request: Request, caller: Caller) -> Response:
    """`POST /retention/{id}/erasure/agree`: agree to the request `erasure` with the `reference`, and begin."""
    form = await form_reader(request)
    id, reference, seen = form("erasure"), form("reference"), form("seen")

    def change(session: Session, search: Search, now: datetime) -> None:
        erasures.agree(session, search, id, reference, now, seen=seen)

    response = await _change(request, caller, change, PATH, (reference, ""))
    await service_of(request).rights_changed()  # nobody sees the search any longer
    service_of(request).erasures_agreed.set()
    return response


async def withdraw(request: Request, caller: Caller) -> Response:
    """`POST /retention/{id}/erasure/withdraw`: withdraw the request `erasure`."""
    id = (await form_reader(request))("erasure")

    def change(session: Session, search: Search, now: datetime) -> None:
        erasures.withdraw(session, search, id, now)

    return await _change(request, caller, change, f"{PATH}/{request.path_params['id']}")


async def _change(
    request: Request, caller: Caller, fn: Callable[[Session, Search, datetime], None], then: str, typed: Typed = ("", "")
) -> Response:  # fmt: skip
    """Change an erasure after checking the caller in the same transaction, and redirect."""
    service, board = service_of(request), request.path_params["id"]
    check_allowed(request, await service.limiter.take(service.limits.accounts, caller.account.id))

    def change(session: Session) -> None:
        lock_rights_version(session)
        current, search = visible_search(session, caller, board)
        actor.set_current(session, actor.of(current))
        fn(session, search, service.clock())

    try:
        await service.database.write(change)
    except OperationError as error:
        return await erasure_page(request, caller, str(error), typed)
    return RedirectResponse(then, 303)


routes = [
    Route(ERASURE, for_coordinators_again(erasure_page)),
    Route(ERASURE, for_coordinators_again(ask), methods=["POST"]),
    Route(f"{ERASURE}/agree", for_coordinators_again(agree), methods=["POST"]),
    Route(f"{ERASURE}/withdraw", for_coordinators_again(withdraw), methods=["POST"]),
]
