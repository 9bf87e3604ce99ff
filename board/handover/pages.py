"""Page of the current handover and of earlier ones."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.engine.identity import Caller
from board.web import pages
from models.board import OPERATIONS


async def handover(request: Request, caller: Caller) -> Response:
    """`GET /handover` and `/handovers/{number}`: the page; its scripts fetch what the reader may see."""
    return pages.page(request, "handover.html", caller, board=OPERATIONS, number=request.path_params.get("number", ""))


routes: list[Route] = [Route(path, pages.for_people(handover)) for path in ("/handover", "/handovers/{number:number}")]
