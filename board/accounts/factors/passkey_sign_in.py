"""Sign-in by a passkey alone. The passkey names the account, and has verified its user, so no second factor is asked for."""

import secrets
from datetime import timedelta

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.accounts import sign_in_end, throttle
from board.accounts.account_forms import form_reader
from board.accounts.factors import passkey_refusals, passkeys
from board.accounts.factors.passkey_refusals import site_of
from board.accounts.factors.passkeys import PasskeyError
from board.errors import Refused
from board.rate_limit import client_address
from board.rate_limit.account_limits import too_many
from board.rate_limit.addresses import network_of
from board.web import pages
from board.web.cookies import Cookie
from board.web.http import service_of
from board.web.refusals import json_errors, with_retry_after
from board.web.same_origin import check_own_page
from models.accounts import Account
from models.times import now

PATH = "/sign-in/passkey"
BROWSER = Cookie("board_passkey", timedelta(minutes=10))  # binds a challenge to the browser that asked for it


async def options(request: Request) -> Response:
    """`POST /sign-in/passkey/options`: options for requesting any passkey of this site."""
    check_own_page(request)
    await _count(request)
    browser = BROWSER.value(request)[:100] or secrets.token_urlsafe(16)
    text = passkeys.request_options(site_of(request, f"browser {browser}"), [], now())
    response = Response(text, media_type="application/json")
    BROWSER.set(request, response, browser)
    return response


async def sign_in(request: Request) -> Response:
    """`POST /sign-in/passkey?next=`: 303 with the session cookie if `credential` is right, otherwise the sign-in page."""
    check_own_page(request)
    form, browser = await form_reader(request), BROWSER.value(request)[:100]
    site = site_of(request, f"browser {browser}")

    def use(session: Session) -> Account | None:
        row = passkeys.use(session, site, form("credential"), now())
        account = session.get(Account, row.account)
        return account if account is not None and account.enabled else None

    try:
        await _count(request)
        account = await service_of(request).database.write(use)
    except Refused as refused:
        return with_retry_after(pages.sign_in_page(request, error=refused.message, status=429), refused)
    except PasskeyError as error:
        return pages.sign_in_page(request, error=await passkey_refusals.record(request, error), status=401)
    target = request.query_params.get("next", pages.HOME)
    response = await sign_in_end.finish(request, account, target, strong=True) if account is not None else None
    return response or pages.sign_in_page(request, error=passkey_refusals.WRONG, status=401)


async def _count(request: Request) -> None:
    """Count a request against the limit of its network. Raises Refused `rate_limited`."""
    result = await service_of(request).limiter.take(throttle.PASSKEYS, network_of(client_address.of(request)))
    if not result.allowed:
        raise too_many(result.retry_after_s, throttle.TOO_MANY)


routes = [
    Route(f"{PATH}/options", json_errors(options), methods=["POST"]),
    Route(PATH, sign_in, methods=["POST"]),
]
