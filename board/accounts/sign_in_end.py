"""End of every sign-in: what happens after the first factor was right."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from board.accounts import devices, session_limit, session_renewal
from board.accounts.login import login_of
from board.commands.duty.on_duty import on_duty
from board.rate_limit import client_address
from board.web import pages
from board.web.auth import SESSION
from board.web.http import service_of
from models.accounts import Account

DUTY = "/duty"  # page on which a person begins a duty


async def finish(request: Request, account: Account, target: str, *, strong: bool) -> Response | None:
    """Return 303 to `target` with the session cookie; None if the account was disabled or its password changed in the meantime.

    `strong`: the first factor includes a second one, such as a passkey with user verification.
    """
    return await start(request, account, target)


async def start(request: Request, account: Account, target: str) -> Response | None:
    """Start the session of a person who proved all factors. Returns None if the account changed in the meantime."""
    secret = await login_of(request).start_session(account, client_address.of(request))
    if secret is None:
        return None
    await session_renewal.end_replaced_session(request)
    await session_limit.end_surplus(service_of(request), account.id)
    response = RedirectResponse(await _first_page(request, account, pages.safe_redirect_path(target)), 303)
    SESSION.set(request, response, secret)
    devices.remember(request, response, account)
    return response


async def _first_page(request: Request, account: Account, target: str) -> str:
    """Return where a person goes after signing in: instead of the home page, to where they say that they are on duty."""
    if target != pages.HOME or account.role == "viewer":
        return target
    is_on_duty = account.id in await service_of(request).database.read(on_duty)
    return pages.HOME if is_on_duty else DUTY
