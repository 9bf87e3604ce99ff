"""Page of the guests of a search, for coordinators with a session who see the search.

A form posts and is redirected to the page. The one-time link of a new guest is shown once, in the response.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import guests, live_changes, password_links
from board.accounts.account_forms import form_reader
from board.audit import actor
from board.engine import access
from board.engine.identity import Caller, renewed
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError, Refused
from board.web import language, pages
from board.web.http import check_allowed, service_of
from board.web.role_pages import for_coordinators
from board.web.same_origin import own_origin
from models.accounts import ROLES, Account
from models.search import Search
from models.times import format_utc

T = TypeVar("T")

PATH = "/searches/{id}/guests"
OFFERED_DAYS = (1, 3, 7, 14, 30, 90)  # until the access of a guest ends
DEFAULT_DAYS = 7
WRITE = "write"  # value of `rights`; every other value lets a guest only read


async def guests_page(request: Request, caller: Caller, problem: str | None = None) -> Response:
    """`GET /searches/{id}/guests`: the guests of a search, including those whose access has ended. `problem`: why a change
    failed."""
    service, board = service_of(request), request.path_params["id"]
    at, max_days = format_utc(service.clock()), service.settings.max_guest_days

    def read(session: Session) -> tuple[list[Account], str]:
        _check(session, caller, board)
        return guests.of_search(session, board), session.get_one(Search, board).reference

    rows, reference = await service.database.read(read)
    message = problem and i18n.translate(problem, language.language_for(request, caller))
    days = sorted({day for day in OFFERED_DAYS if day <= max_days} | {min(DEFAULT_DAYS, max_days)})
    return pages.page(
        request, "guests.html", caller, status=422 if problem else 200, problem=message, guests=rows, reference=reference,
        at=at, days=days, default_days=min(DEFAULT_DAYS, max_days), search=board,
    )  # fmt: skip


async def add_guest(request: Request, caller: Caller) -> Response:
    """`POST /searches/{id}/guests`: add a guest, and show the one-time link with which the guest sets the password. `rights`
    is `write` for a guest who may also change the search."""
    form, service = await form_reader(request), service_of(request)
    board, email, name, days = request.path_params["id"], form("email"), form("name"), _days(form("days"))
    writes, max_days = form("rights") == WRITE, service.settings.max_guest_days
    check_allowed(request, await service.limiter.take(service.limits.accounts, caller.account.id))

    def add(session: Session) -> str:
        return guests.add(session, board, email, name, service.clock(), days=days, max_days=max_days, writes=writes)

    try:
        secret = await _change(request, caller, add)
    except OperationError as error:
        return await guests_page(request, caller, str(error))
    link = f"{own_origin(request)}{password_links.PATH}#{secret}"
    back = f"/searches/{board}/guests"
    return pages.page(request, "one_time_secret.html", caller, kind="link", of=name, secret=link, back=back, good=0)


async def set_end(request: Request, caller: Caller) -> Response:
    """`POST /searches/{id}/guests/until`: end the access of the guest `account` after `days` from now."""
    form, service = await form_reader(request), service_of(request)
    account, days, max_days = form("account"), _days(form("days")), service.settings.max_guest_days
    board = request.path_params["id"]
    return await _change_and_redirect(
        request, caller, lambda session: guests.set_end(session, board, account, service.clock(), days=days, max_days=max_days)
    )


async def set_rights(request: Request, caller: Caller) -> Response:
    """`POST /searches/{id}/guests/rights`: let the guest `account` write (`rights` is `write`), or only read."""
    form, board = await form_reader(request), request.path_params["id"]
    account, writes = form("account"), form("rights") == WRITE
    return await _change_and_redirect(request, caller, lambda session: guests.set_writes(session, board, account, writes))


async def end_guest(request: Request, caller: Caller) -> Response:
    """`POST /searches/{id}/guests/end`: end the access of the guest `account` now."""
    account, board, now = (await form_reader(request))("account"), request.path_params["id"], service_of(request).clock()
    return await _change_and_redirect(request, caller, lambda session: guests.end(session, board, account, now))


async def _change_and_redirect(request: Request, caller: Caller, fn: Callable[[Session], None]) -> Response:
    try:
        await _change(request, caller, fn)
    except OperationError as error:
        return await guests_page(request, caller, str(error))
    return RedirectResponse(f"/searches/{request.path_params['id']}/guests", 303)


async def _change(request: Request, caller: Caller, fn: Callable[[Session], T]) -> T:
    """Check the caller and change guests in one transaction; then apply the change to open sockets."""

    def do(session: Session) -> Any:
        lock_rights_version(session)
        current = _check(session, caller, request.path_params["id"])
        actor.set_current(session, actor.of(current))
        return fn(session)

    result: T = await live_changes.apply_change(service_of(request), do)
    return result


def _check(session: Session, caller: Caller, board: str) -> Caller:
    """Return the caller with their current rights. Raises Refused `not_found` if they may not manage the guests of this board."""
    current = renewed(session, caller)
    if access.get_visible_board(session, current, board).kind != "search" or not _is_coordinator(current.account):
        raise Refused("not_found")
    return current


def _is_coordinator(account: Account) -> bool:
    return ROLES.index(account.role) >= ROLES.index("coordinator")


def _days(text: str) -> int:
    """Return the chosen number of days: the default if empty, 0 if it is not a number."""
    if not text:
        return DEFAULT_DAYS
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 0


routes = [
    Route(PATH, for_coordinators(guests_page)),
    Route(PATH, for_coordinators(add_guest), methods=["POST"]),
    Route(f"{PATH}/until", for_coordinators(set_end), methods=["POST"]),
    Route(f"{PATH}/rights", for_coordinators(set_rights), methods=["POST"]),
    Route(f"{PATH}/end", for_coordinators(end_guest), methods=["POST"]),
]
