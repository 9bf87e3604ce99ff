"""Page of a wall display, which needs no sign-in."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.web import display_auth, pages
from board.web.display_auth import SCREEN
from models.db.database import DatabaseUnavailable
from models.display import Display
from models.times import format_utc, now

PAGE_FIELDS = ("profile", "language", "reload")  # a change of one of these needs a new page on the screen


async def wall(request: Request) -> Response:
    """`GET /wall`: the page of this browser's display, or a pairing code if it is not a display.

    The cookie is renewed, so that it never expires. If the database is unavailable, the page waits for it, because nobody reloads
    an error page on a wall.
    """
    try:
        caller = await display_auth.signed_in(request)
    except DatabaseUnavailable:
        return _page(request, "unavailable", None, 503)
    display = caller.display if caller is not None else None
    if display is None:
        return _page(request, "new", None)
    response = _page(request, "display", display)
    SCREEN.set(request, response, SCREEN.value(request))
    return response


def _page(request: Request, state: str, display: Display | None, status: int = 200) -> Response:
    settings = json.dumps({name: getattr(display, name) for name in PAGE_FIELDS}) if display is not None else ""
    made_at = format_utc(now())
    return pages.page(
        request, "display.html", None, status=status, state=state, display=display, settings=settings, made_at=made_at
    )


routes = [Route("/wall", wall)]
