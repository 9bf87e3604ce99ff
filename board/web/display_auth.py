"""Authentication of wall displays, by the cookie that pairing set."""

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.responses import Response

from board.engine.display_identity import display_by_cookie
from board.engine.identity import Caller
from board.web import cookie_parser

if TYPE_CHECKING:
    from board.service import BoardService

COOKIE_MAX_AGE = timedelta(
    days=400
)  # the longest that browsers keep a cookie (RFC 6265bis, 5.5); set again with each load of the page


def cookie_name(secure: bool, name: str = "board_display") -> str:
    return f"__Host-{name}" if secure else name


def set_display_cookie(response: Response, secret: str, secure: bool) -> None:
    """Set the cookie that makes a screen this display."""
    lasts = int(COOKIE_MAX_AGE.total_seconds())
    response.set_cookie(cookie_name(secure), secret, max_age=lasts, httponly=True, secure=secure, samesite="strict", path="/")


def secret_of(connection: HTTPConnection) -> str:
    """Return this browser's display secret; empty if it has none."""
    service: BoardService = connection.app.state.service
    return cookie_parser.value(connection, cookie_name(service.settings.secure))


async def signed_in(connection: HTTPConnection) -> Caller | None:
    """Return the calling display, by its cookie only; None if there is none. Raises DatabaseUnavailable."""
    service: BoardService = connection.app.state.service
    secret = secret_of(connection)
    caller = await service.database.read(lambda database: display_by_cookie(database, secret)) if secret else None
    connection.state.caller = caller
    return caller
