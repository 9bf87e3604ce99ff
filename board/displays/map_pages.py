"""Map of a search on a wall display in an inner room. Other displays get no places."""

from functools import lru_cache

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.displays.shown_search import shown_search
from board.documents.map_paper import MapDocument
from board.engine.identity import Caller
from board.errors import Refused
from board.maps import palette
from board.maps.captions import Mark
from board.maps.drawing import Style, draw
from board.web import display_auth
from board.web.http import check_rate, service_of
from models.board import Board

WIDTH, HEIGHT, TEXT = 1_000, 556, 25  # px; the shape of the inset on a 16:9 screen, with text that is readable in a thumbnail
EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'  # for a search without points; the wall hides it


async def inner_room_map(request: Request) -> Response:
    """Serve the map of a search that this display shows, as SVG; 404 for other displays and searches."""
    caller = await display_auth.signed_in(request)
    if caller is None:
        return Response(status_code=404)
    check_rate(request, caller)
    id, display = request.path_params["id"], caller
    try:
        marks, language = await service_of(request).database.read(lambda session: _read(session, display, id))
    except Refused:
        return Response(status_code=404)
    await service_of(request).reads.part_of_board(caller, id)
    is_light = request.query_params.get("theme") == "light"
    return Response(_drawn(marks, language, is_light) if marks else EMPTY, media_type="image/svg+xml")


def _read(session: Session, caller: Caller, id: str) -> tuple[tuple[Mark, ...], str]:
    """Return the marks of a search, and the language of the display. Raises Refused `not_found` as `shown_search` does."""
    shown_search(session, caller, id)
    display, board = caller.display, session.get(Board, id)
    if display is None or board is None:
        raise Refused("not_found")
    document = MapDocument(session, board, caller.account.id, display.language)
    return tuple(document.marks_for_walls()), display.language


@lru_cache(maxsize=64)
def _drawn(marks: tuple[Mark, ...], language: str, is_light: bool) -> str:
    """Return the drawing. Cached, because several displays show the same one."""
    return draw(marks, WIDTH, HEIGHT, Style(palette.LIGHT if is_light else palette.DARK, TEXT, language))


routes: list[Route] = [Route("/wall/searches/{id}/map.svg", inner_room_map)]
