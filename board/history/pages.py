"""Pages of the history of one search, and of all visible searches."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.engine.identity import Caller
from board.errors import MESSAGES
from board.web import pages
from board.web.board_pages import can_open_board
from board.web.http import service_of
from models.board import OPERATIONS


async def history(request: Request, caller: Caller) -> Response:
    """`GET /history` and `/searches/{id}/history`: the page of events of all visible searches, or of one."""
    board = request.path_params.get("id", "")
    if board == OPERATIONS or (board and not await can_open_board(service_of(request), caller, board)):
        return pages.error_page(request, 404, MESSAGES["not_found"], caller)
    return pages.page(request, "history.html", caller, board=board or OPERATIONS)


routes: list[Route] = [Route(path, pages.for_people(history)) for path in ("/history", "/searches/{id}/history")]
