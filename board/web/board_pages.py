"""Pages of boards: all searches, one search, intake, what is new, and what waits."""

from typing import TYPE_CHECKING, Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from board import i18n, labels
from board.config import predefined_tasks
from board.engine import kinds
from board.engine.access import get_visible_board
from board.engine.identity import Caller
from board.errors import MESSAGES, Refused
from board.files import program_files
from board.i18n import N_
from board.web import static_files
from board.web.auth import signed_in
from board.web.http import service_of
from board.web.pages import OPERATIONS, _own_path, error_page, for_people, page, sign_in_page

if TYPE_CHECKING:
    from board.service import BoardService

TAKES_NO_CALLS = N_("Your role can read, but cannot take calls. Ask an administrator.")


async def can_open_board(service: "BoardService", caller: Caller, board_id: str) -> bool:
    """Return whether the caller may open the page of this board. Raises DatabaseUnavailable."""

    def look(session: Session) -> bool:
        try:
            get_visible_board(session, caller.account.id, board_id)
        except Refused:
            return False
        return True

    return await service.database.read(look)


async def operations(request: Request, caller: Caller) -> Response:
    """Serve the page of all searches."""
    days = service_of(request).settings.archive_closed_days
    return page(request, _live_or_replay(request, "operations.html"), caller, board=OPERATIONS, archive_days=days)


async def intake(request: Request, caller: Caller) -> Response:
    """Serve the intake page, for the person on the phone. Viewers take no calls."""
    if caller.account.role == "viewer":
        return error_page(request, 403, TAKES_NO_CALLS, caller)
    return page(request, "intake.html", caller, board=OPERATIONS)


async def search(request: Request, caller: Caller) -> Response:
    """Serve the board of one search, with a card open beside it if the URL names one."""
    board, card = request.path_params["id"], request.path_params.get("card", "")
    if board == OPERATIONS or not await can_open_board(service_of(request), caller, board):
        return error_page(request, 404, MESSAGES["not_found"], caller)
    return page(request, _live_or_replay(request, "search.html"), caller, board=board, card=card)


def _live_or_replay(request: Request, live: str) -> str:
    return "replay.html" if "at" in request.query_params else live


async def since(request: Request, caller: Caller) -> Response:
    """Serve the page of unseen changes on all boards."""
    return page(request, "unseen.html", caller, board=OPERATIONS)


async def unanswered(request: Request, caller: Caller) -> Response:
    """Serve the page of what waits for somebody on all boards."""
    return page(request, "unanswered.html", caller, board=OPERATIONS)


async def sign_in(request: Request) -> Response:
    """Serve the sign-in form; callers who are signed in are redirected."""
    if await signed_in(request) is not None:
        return RedirectResponse(_own_path(request), status_code=303)
    return sign_in_page(request, error=None, status=200)


async def catalogue(request: Request) -> Response:
    """Serve the translations and the labels for the scripts."""
    name = request.path_params["language"]
    if name not in i18n.languages():
        return error_page(request, 404, MESSAGES["not_found"])
    data: dict[str, Any] = {
        "labels": labels.tables(), "kinds": kinds.for_scripts(), "programs": program_files.for_scripts(),
        "standard": predefined_tasks.for_scripts(name),
    }  # fmt: skip
    response = JSONResponse(i18n.js_catalogue(name) | data)
    return static_files.gzipped(request, bytes(response.body), response.media_type)


routes: list[Route] = [
    Route("/", for_people(operations)),
    Route("/intake", for_people(intake)),
    Route("/since", for_people(since)),
    Route("/unanswered", for_people(unanswered)),
    Route("/searches/{id}", for_people(search)),
    Route("/searches/{id}/cards/{card}", for_people(search)),
    Route("/login", sign_in, methods=["GET"]),
    Route("/i18n/{language}.json", catalogue),
]
