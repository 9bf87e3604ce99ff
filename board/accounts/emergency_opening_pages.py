"""Page on which a coordinator opens a members-only search in an emergency."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import emergency_opening, live_changes
from board.accounts.account_forms import form_reader
from board.accounts.emergency_opening import MAX_REASON, MAX_REFERENCE, MIN_REASON, UnknownSearchError
from board.audit import actor
from board.engine.identity import Caller, renewed
from board.errors import OperationError, Refused
from board.web import language, pages
from board.web.http import check_allowed, service_of
from board.web.role_pages import for_coordinators_again
from models.accounts import ROLES

PATH = "/emergency"


async def opening_page(
    request: Request, caller: Caller, problem: str | None = None, typed: tuple[str, str] = ("", "")
) -> Response:
    """`GET /emergency`: the form. `problem`: why an opening failed. `typed`: reference and reason."""
    text = problem and i18n.translate(problem, language.language_for(request, caller))
    return pages.page(
        request, "emergency_opening.html", caller, status=422 if problem else 200, problem=text, reference=typed[0],
        reason=typed[1], min_reason=MIN_REASON, max_reason=MAX_REASON, max_reference=MAX_REFERENCE,
    )  # fmt: skip


async def open_search(request: Request, caller: Caller) -> Response:
    """`POST /emergency`: open the members-only search `reference` for an hour, with a `reason`, and redirect to it."""
    form, service = await form_reader(request), service_of(request)
    reference, reason = form("reference"), form("reason")
    check_allowed(request, await service.limiter.take(service.limits.accounts, caller.account.id))

    def change(session: Session) -> str:
        current = renewed(session, caller)
        if ROLES.index(current.account.role) < ROLES.index("coordinator"):
            raise Refused("not_found")
        actor.set_current(session, actor.of(current))
        return emergency_opening.open_search(session, current.account, reference, reason, service.clock())

    try:
        board = await live_changes.apply_change(service, change)
    except UnknownSearchError as error:
        service.refusals.request(caller, "POST", PATH, 404)
        return await opening_page(request, caller, str(error), (reference, reason))
    except OperationError as error:
        return await opening_page(request, caller, str(error), (reference, reason))
    return RedirectResponse(f"/searches/{board}", 303)


routes = [Route(PATH, for_coordinators_again(opening_page)), Route(PATH, for_coordinators_again(open_search), methods=["POST"])]
