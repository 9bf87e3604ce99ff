"""Pages for people with a role: coordinators, or administrators. A token never reaches them."""

from collections.abc import Awaitable, Callable
from functools import partial, wraps

from starlette.requests import Request
from starlette.responses import Response

from board.engine.identity import Caller
from board.engine.recent_factor import is_recent, require_recent_factor
from board.errors import MESSAGES, Refused
from board.web import pages
from board.web.auth import signed_in
from board.web.http import Endpoint, check_rate
from board.web.same_origin import check_own_page
from models.accounts import ROLES


def _for_role(endpoint: Callable[[Request, Caller], Awaitable[Response]], role: str, *, asks_factor: bool) -> Endpoint:
    """Wrap an endpoint so that only people with a session and at least this role reach it; everyone else gets a 404 page.

    `asks_factor`: they must have proved their identity recently.
    """

    @wraps(endpoint)
    async def call(request: Request) -> Response:
        caller = await signed_in(request)
        if caller is None and request.method != "POST":
            return pages.redirect_to_login(request)
        if caller is None:
            raise Refused("unauthenticated")
        if not caller.is_own_session or ROLES.index(caller.account.role) < ROLES.index(role):
            return pages.error_page(request, 404, MESSAGES["not_found"], caller)
        if request.method == "POST":
            check_own_page(request)
            check_rate(request, caller)
            if asks_factor:
                require_recent_factor(caller)
        elif asks_factor and not is_recent(caller):
            return pages.redirect_to_step_up(request)
        return await endpoint(request, caller)

    return call


for_coordinators = partial(_for_role, role="coordinator", asks_factor=False)
for_coordinators_again = partial(_for_role, role="coordinator", asks_factor=True)
for_admins = partial(_for_role, role="admin", asks_factor=True)
