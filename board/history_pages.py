"""The pages that tell what happened: on one search, and everywhere one may see."""

from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board import pages
from board.access import may_see
from board.errors import SENTENCES
from board.sign_in import signed_in
from models.board import OPERATIONS
from models.handover import Shift


async def history(request: Request) -> Response:
    """The history of one search, or of all that one may see."""
    caller = await signed_in(request)
    if caller is None:
        return pages.to_sign_in(request)
    desk, board = request.app.state.desk, request.path_params.get("id", OPERATIONS)
    is_search = "id" in request.path_params
    if is_search and (board == OPERATIONS or not await may_see(desk, caller, board)):
        return pages.error_page(request, 404, SENTENCES["not_found"], caller)
    return pages.page(request, "history.html", caller, board=board, shift=await desk.database.read(_shift))


def _shift(session: Session) -> str:
    """The id under which the journal tells who held the shift; empty where nobody ever did."""
    return session.exec(select(Shift.id)).first() or ""


routes: list[Route] = [Route("/history", history), Route("/searches/{id}/history", history)]
