"""Authentication of wall displays, by the cookie that pairing set."""

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from board.engine.display_identity import display_by_cookie
from board.engine.identity import Caller
from board.web.cookies import LONGEST, Cookie

if TYPE_CHECKING:
    from board.service import BoardService

SCREEN = Cookie("board_display", LONGEST)  # makes a screen a display; set again with each load of the page


async def signed_in(connection: HTTPConnection) -> Caller | None:
    """Return the calling display, by its cookie only; None if there is none. Raises DatabaseUnavailable."""
    service: BoardService = connection.app.state.service
    secret = SCREEN.value(connection)
    caller = await service.database.read(lambda database: display_by_cookie(database, secret)) if secret else None
    connection.state.caller = caller
    return caller
