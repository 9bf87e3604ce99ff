"""Page of the current handover and of earlier ones."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.web import pages
from board.web.auth import signed_in
from models.board import OPERATIONS


async def handover(request: Request) -> Response:
    """`GET /handover` and `/handovers/{number}`: the page; its scripts fetch what the reader may see."""
    caller = await signed_in(request)
    if caller is None:
        return pages.redirect_to_login(request)
    return pages.page(request, "handover.html", caller, board=OPERATIONS, number=request.path_params.get("number", ""))


routes: list[Route] = [Route("/handover", handover), Route("/handovers/{number:number}", handover)]
