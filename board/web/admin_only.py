"""Endpoints for administrators only."""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from board.engine.identity import Caller
from board.engine.recent_factor import is_recent, require_recent_factor
from board.errors import MESSAGES, Refused
from board.web import pages
from board.web.auth import signed_in
from board.web.http import Endpoint, check_rate
from board.web.same_origin import check_own_page


def for_admins(endpoint: Callable[[Request, Caller], Awaitable[Response]]) -> Endpoint:
    """Wrap an endpoint so that only administrators with a session reach it, and with a recent factor; others get a 404 page."""

    @wraps(endpoint)
    async def call(request: Request) -> Response:
        caller = await signed_in(request)
        if caller is None and request.method != "POST":
            return pages.redirect_to_login(request)
        if caller is None:
            raise Refused("unauthenticated")
        if caller.token is not None or caller.account.role != "admin":
            return pages.error_page(request, 404, MESSAGES["not_found"], caller)
        if request.method == "POST":
            check_own_page(request)
            check_rate(request, caller)
            require_recent_factor(caller)
        elif not is_recent(caller):
            return pages.redirect_to_step_up(request)
        return await endpoint(request, caller)

    return call
