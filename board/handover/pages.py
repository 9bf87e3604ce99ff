"""The page on which a shift is handed over, and those of the handovers that were."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.web import pages
from board.web.auth import signed_in
from models.board import OPERATIONS


async def handover(request: Request) -> Response:
    """The present handover, or one by its number; what is true of it, and what of it may be seen, the scripts are told."""
    caller = await signed_in(request)
    if caller is None:
        return pages.redirect_to_login(request)
    return pages.page(request, "handover.html", caller, board=OPERATIONS, number=request.path_params.get("number", ""))


routes: list[Route] = [Route("/handover", handover), Route("/handovers/{number:number}", handover)]
