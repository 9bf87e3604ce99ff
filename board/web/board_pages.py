"""Pages of boards: all searches, one search, and pages that only a script draws."""

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.config import page_table
from board.config.page_table import Page
from board.engine.access import get_readable_board, get_visible_board
from board.engine.emergency_access import current_openings, has_emergency_access
from board.engine.identity import Caller
from board.errors import MESSAGES, Refused
from board.web import declarations, language, static_files
from board.web.auth import signed_in
from board.web.http import Endpoint, service_of
from board.web.pages import OPERATIONS, _own_path, error_page, for_people, frame_page, sign_in_page

if TYPE_CHECKING:
    from board.service import BoardService


async def can_open_board(service: "BoardService", caller: Caller, board_id: str) -> bool:
    """Return whether the caller may open the page of this board. Raises DatabaseUnavailable."""

    def look(session: Session) -> bool:
        try:
            get_readable_board(session, caller, board_id)
        except Refused:
            return False
        return True

    return await service.database.read(look)


async def operations(request: Request, caller: Caller) -> Response:
    """Serve the page of all searches; a guest is redirected to its search."""
    if caller.account.guest_of is not None:
        return RedirectResponse(f"/searches/{caller.account.guest_of}", status_code=303)
    days = service_of(request).settings.archive_closed_days
    return frame_page(request, caller, _live_or_replay(request, "operations"), archive_days=days)


async def search(request: Request, caller: Caller) -> Response:
    """Serve the board of one search, with a card open beside it if the URL names one."""
    board, card = request.path_params["id"], request.path_params.get("card", "")
    if board == OPERATIONS or not await can_open_board(service_of(request), caller, board):
        return error_page(request, 404, MESSAGES["not_found"], caller)
    emergency = await _emergency_end(service_of(request), caller, board)
    reads = language.language_for(request, caller)
    appeal = json.dumps(service_of(request).task_catalogue.appeal.for_scripts(reads), ensure_ascii=False)
    return frame_page(
        request, caller, _live_or_replay(request, "search"), board=board, card=card, appeal=appeal, emergency=emergency
    )


async def _emergency_end(service: "BoardService", caller: Caller, board: str) -> str:
    """Return the end of the caller's emergency access to the search; "" for people who see it anyway."""

    def look(session: Session) -> str:
        openings = current_openings(session)
        if not has_emergency_access(openings, caller, board):
            return ""
        try:
            get_visible_board(session, caller, board)
        except Refused:
            return openings[board, caller.account.id]
        return ""

    return await service.database.read(look) if caller.account.role in ("coordinator", "admin") else ""


def _live_or_replay(request: Request, live: str) -> str:
    return "replay" if "at" in request.query_params else live


def frame(shown: Page) -> Endpoint:
    """Return the endpoint of a page that its script draws."""

    async def serve(request: Request, caller: Caller) -> Response:
        if not shown.is_for(caller.account, service_of(request).roles):
            return error_page(request, 403, shown.refusal, caller)
        return frame_page(request, caller, shown.name, preload=_first_call(shown, request))

    serve.__name__ = serve.__qualname__ = shown.name  # name in the logs
    return for_people(serve)


def _first_call(shown: Page, request: Request) -> str:
    """Return the URL of a page's call for the period in its address, exactly as its script writes it; "" if there is none."""
    params = request.query_params
    period = {name: params[name] for name in ("from", "to") if params.get(name)}
    return f"{shown.call}?{urlencode(period)}" if shown.call and len(period) == 2 and not params.get("night") else ""


async def sign_in(request: Request) -> Response:
    """Serve the sign-in form; callers who are signed in are redirected, unless `another` person wants to sign in here."""
    if await signed_in(request) is not None and "another" not in request.query_params:
        return RedirectResponse(_own_path(request), status_code=303)
    return sign_in_page(request, error=None, status=200)


async def catalogue(request: Request) -> Response:
    """Serve the translations and the labels for the scripts."""
    name = request.path_params["language"]
    if name not in i18n.languages():
        return error_page(request, 404, MESSAGES["not_found"])
    response = JSONResponse(i18n.js_catalogue(name) | declarations.for_scripts(name))
    return static_files.gzipped(request, bytes(response.body), response.media_type)


routes: list[Route] = [
    Route("/", for_people(operations)),
    *(Route(each.path, frame(each)) for each in page_table.frames()),
    Route("/searches/{id}", for_people(search)),
    Route("/searches/{id}/cards/{card}", for_people(search)),
    Route("/login", sign_in, methods=["GET"]),
    Route("/i18n/{language}.json", catalogue),
]
