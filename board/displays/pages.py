"""The page of a wall display, which nobody signs in at, and the one on which coordinators pair, change and revoke displays."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.displays.api import may_handle
from board.errors import MESSAGES
from board.web import display_auth, pages
from board.web.auth import signed_in
from board.web.http import service_of
from models.db.database import DatabaseUnavailable
from models.display import Display

PATH = "/displays"
PAGE_OF = ("profile", "language", "reload")  # where one of these is another, the screen needs another page


async def wall(request: Request) -> Response:
    """What this browser shows as a display; a code where it is none yet. Its cookie is given anew, so that it never ends.

    Without a database it is a page that waits for one: a screen that was just switched on must not stay on one that says
    that something failed."""
    try:
        caller = await display_auth.signed_in(request)
    except DatabaseUnavailable:
        return _page(request, "unavailable", None, 503)
    display = caller.display if caller is not None else None
    if display is None:
        return _page(request, "new", None)
    response = _page(request, "display", display)
    desk = service_of(request)
    display_auth.set_display_cookie(response, display_auth.secret_of(request), desk.settings.secure)
    return response


async def all_displays(request: Request) -> Response:
    """Which there are, how they are, and what they show. For coordinators."""
    caller = await signed_in(request)
    if caller is None:
        return pages.redirect_to_login(request)
    if not may_handle(caller.account):
        return pages.error_page(request, 403, MESSAGES["forbidden"], caller)
    return pages.page(request, "displays.html", caller, board=pages.OPERATIONS)


def _page(request: Request, state: str, display: Display | None, status: int = 200) -> Response:
    settings = json.dumps({name: getattr(display, name) for name in PAGE_OF}) if display is not None else ""
    return pages.page(request, "display.html", None, status=status, state=state, display=display, settings=settings)


routes = [Route("/wall", wall), Route(PATH, all_displays)]
