"""HTTP handlers that sign in and sign out."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from board.accounts import devices, sign_in_end
from board.accounts.login import login_of
from board.config import sentences
from board.errors import Refused
from board.i18n import N_
from board.rate_limit import client_address
from board.web import pages
from board.web.auth import SESSION, signed_in
from board.web.http import parse_form, read_body, service_of
from board.web.refusals import with_retry_after
from board.web.same_origin import check_own_page


async def sign_in(request: Request) -> Response:
    """`POST /login`: 303 with the session cookie, or 401 with the page again."""
    # Every browser sends one of the headers; other programs need not
    if "origin" in request.headers or "sec-fetch-site" in request.headers:
        check_own_page(request)
    form = parse_form(await read_body(request))
    email, password = form.get("email", [""])[0], form.get("password", [""])[0]
    request.state.email = email[:400]
    try:
        account = await login_of(request).authenticate(
            email[:400], password, client_address.of(request), devices.COOKIE.value(request)
        )
    except Refused as refused:
        return with_retry_after(pages.sign_in_page(request, error=refused.message, status=429), refused)
    target = form.get("next", [request.query_params.get("next", pages.HOME)])[0]
    response = await sign_in_end.finish(request, account, target, strong=False) if account is not None else None
    if response is None:
        return pages.sign_in_page(request, error=sentences.WRONG_SIGN_IN, status=401)
    return response


async def sign_out(request: Request) -> Response:
    """`POST /logout`: end the session and its open sockets."""
    caller = await signed_in(request)
    if caller is not None:
        if caller.token is not None:
            raise Refused("forbidden", N_("A token cannot sign out. Revoke it instead."))
        check_own_page(request)
        await login_of(request).sign_out(caller)
    response = RedirectResponse("/login", 303)
    SESSION.delete(request, response)
    if service_of(request).settings.secure:  # browsers ignore it over http
        # Otherwise pictures and pages stay in the cache. The page itself deletes what it stored for the account (sign_out.js).
        # "storage" would also delete drafts that this person, or another one at this desk, chose to keep: they are encrypted, and
        # the server gives their key only to sessions of their author. "cookies" would forget that this device is known.
        response.headers["Clear-Site-Data"] = '"cache"'
    return response
