"""Page of the timeline of one search."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.engine.identity import Caller
from board.errors import MESSAGES
from board.web import pages
from board.web.board_pages import can_open_board
from board.web.http import service_of
from models.board import OPERATIONS


async def timeline(request: Request, caller: Caller) -> Response:
    """`GET /searches/{id}/timeline`: the page of what happened in a search. Its replay shows the past."""
    board = request.path_params["id"]
    if board == OPERATIONS or not await can_open_board(service_of(request), caller, board):
        return pages.error_page(request, 404, MESSAGES["not_found"], caller)
    return pages.frame_page(request, caller, "timeline", board=board, preload=f"/api/v1/boards/{board}/timeline")


routes: list[Route] = [Route("/searches/{id}/timeline", pages.for_people(timeline))]
