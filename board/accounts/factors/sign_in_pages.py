"""Second page of the sign-in: it asks for a second factor, or sets one up if the days of grace are over."""

from collections.abc import Callable
from functools import partial

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import administrators, devices, sign_in_end, throttle
from board.accounts.account_forms import form_reader
from board.accounts.factors import app_set_up, code_check, passkey_refusals, passkeys, pending_sign_in, second_factors
from board.accounts.factors.passkey_refusals import site_of
from board.accounts.factors.passkeys import PasskeyError
from board.accounts.factors.second_factors import Factors
from board.accounts.provider_session import ProviderSession
from board.audit import actor
from board.errors import OperationError, Refused
from board.i18n import N_
from board.web import language, pages
from board.web.http import service_of
from board.web.refusals import json_errors, with_retry_after
from board.web.same_origin import check_own_page
from models.accounts import Account
from models.factors import PendingSignIn
from models.times import now

PATH = sign_in_end.SECOND
WRONG = N_("This code is wrong, or was used before. Wait for the next one.")
ENDED = N_("That took too long, or there were too many wrong codes. Sign in again.")


async def page(request: Request) -> Response:
    """`GET /sign-in/second`: ask for a code, or set up an app; without a pending sign-in, 303 to the sign-in form."""
    pending = await _find(request)
    return RedirectResponse("/login", 303) if pending is None else await _page(request, *pending)


async def prove(request: Request) -> Response:
    """`POST /sign-in/second`: 303 with the session cookie if `code`, or the `credential` of a passkey, is right.

    Otherwise the page again.

    A person without a factor sets one up: an app if the form has `sealed`, otherwise the passkey in `credential`. The response is
    then the page with the recovery codes.
    """
    check_own_page(request)
    pending, form = await _find(request), await form_reader(request)
    if pending is None:
        return _ended(request)
    row, account = pending
    if form("sealed") or not await service_of(request).database.read(partial(second_factors.has_any, account=account.id)):
        return await _set_up(request, row, account, form)
    try:
        limits = throttle.limits_of_codes(account, devices.COOKIE.value(request))
        check = (
            partial(_use_passkey, request, form("credential"))
            if form("credential")
            else partial(_use_code, request, form("code"))
        )
        is_right = await code_check.limited(request, account, limits, check)
    except Refused as refused:
        return with_retry_after(await _page(request, row, account, refused.message, 429), refused)
    except PasskeyError as error:
        return await _page(request, row, account, await passkey_refusals.record(request, error), 401)
    if is_right:
        return await sign_in_end.start(request, account, row.target, ProviderSession.of_json(row.provider)) or _ended(request)
    again = await _find(request)
    return _ended(request) if again is None else await _page(request, *again, WRONG, 401)


async def options(request: Request) -> Response:
    """`POST /sign-in/second/options`: options for requesting a passkey of the account, or for creating its first one."""
    check_own_page(request)
    pending = await _find(request)
    if pending is None:
        raise Refused("unauthenticated")
    row, account = pending
    factors = await service_of(request).database.read(lambda session: second_factors.of_account(session, account.id))
    if not factors.rows:
        text = passkeys.registration_options(site_of(request, f"new {row.digest}"), account, [], now())
    else:
        rows = [factor for factor in factors.rows if factor.credential]
        text = passkeys.request_options(site_of(request, f"pending {row.digest}"), rows, now())
    return Response(text, media_type="application/json")


async def _use_code(request: Request, code: str) -> bool:
    """Use up a code and end the pending sign-in. Returns False if that has ended, or if the code is wrong, which is counted."""
    service, secret = service_of(request), pending_sign_in.COOKIE.value(request)

    def use(session: Session) -> bool:
        found = pending_sign_in.find(session, secret, now(), lock=True)
        if found is None:
            return False
        row, account = found
        actor.set_current(session, actor.account(account))
        is_right = second_factors.use_code(session, account, code, service.settings.secret(), now()) is not None
        if is_right:
            pending_sign_in.end(session, row)
        else:
            row.attempts += 1
        return is_right

    return await service.database.write(use)


async def _use_passkey(request: Request, credential: str) -> bool:
    """Use a passkey and end the pending sign-in. Raises PasskeyError. Returns False if the sign-in has ended."""
    secret = pending_sign_in.COOKIE.value(request)

    def use(session: Session) -> bool:
        found = pending_sign_in.find(session, secret, now(), lock=True)
        if found is None:
            return False
        row, account = found
        passkeys.use(session, site_of(request, f"pending {row.digest}"), credential, now(), account=account.id)
        pending_sign_in.end(session, row)
        return True

    return await service_of(request).database.write(use)


async def _set_up(request: Request, row: PendingSignIn, account: Account, form: Callable[[str], str]) -> Response:
    """Add an app with codes or a passkey, and sign in; the page shows the recovery codes once."""
    service, secret = service_of(request), pending_sign_in.COOKIE.value(request)

    def add(session: Session) -> list[str] | None:
        found = pending_sign_in.find(session, secret, now(), lock=True)
        if found is None or second_factors.has_any(session, account.id):
            return None
        actor.set_current(session, actor.account(account))
        codes = _add_factor(request, session, found[1], found[0].digest, form)
        pending_sign_in.end(session, found[0])
        return codes

    try:
        codes = await service.database.write(add)
    except OperationError as error:
        return await _page(request, row, account, str(error), 422, form("sealed"))
    except PasskeyError:
        return await _page(request, row, account, passkey_refusals.WRONG, 422)
    if codes is None:
        return _ended(request)
    cookie = await sign_in_end.start_session(request, account, ProviderSession.of_json(row.provider))
    if cookie is None:
        return _ended(request)
    target = await sign_in_end.first_page(request, account, row.target)
    return sign_in_end.signed_in_by(request, codes_page(request, codes, target), account, cookie)


def _add_factor(request: Request, session: Session, account: Account, pending: str, form: Callable[[str], str]) -> list[str]:
    """Add the factor of a form; return the recovery codes. Raises OperationError or PasskeyError."""
    if form("sealed"):
        return app_set_up.finish(
            session, account, service_of(request).settings.secret(), pending, form("sealed"), form("code"), now()
        )
    site = site_of(request, f"new {pending}")
    return second_factors.add(
        session, account, passkeys.new_factor(session, site, account, form("credential"), form("name"), now())
    )


async def _find(request: Request) -> tuple[PendingSignIn, Account] | None:
    secret = pending_sign_in.COOKIE.value(request)
    return await service_of(request).database.read(lambda session: pending_sign_in.find(session, secret, now()))


async def _page(
    request: Request, row: PendingSignIn, account: Account, problem: str | None = None, status: int = 200, sealed: str = ""
) -> Response:
    service = service_of(request)
    factors: Factors = await service.database.read(lambda session: second_factors.of_account(session, account.id))
    message = problem and i18n.translate(problem, language.language_for(request))
    context = {"problem": message, "email": account.email, "factors": factors}
    if not factors.rows:
        app = app_set_up.begin(account, service.settings.secret(), row.digest, sealed)
        return pages.page(request, "sign_in_set_up.html", None, status=status, action=PATH, **context, **app)
    names = await service.database.read(lambda session: administrators.helpers(session, account.id))
    return pages.page(request, "sign_in_second.html", None, status=status, helpers=", ".join(names), **context)


def codes_page(request: Request, codes: list[str], target: str) -> Response:
    """Return the page that shows new recovery codes once."""
    response = pages.page(request, "recovery_codes.html", None, codes=codes, target=target)
    response.headers["Cache-Control"] = "no-store"
    return response


def _ended(request: Request) -> Response:
    response = pages.sign_in_page(request, error=ENDED, status=401)
    pending_sign_in.COOKIE.delete(request, response)
    return response


routes = [
    Route(PATH, page),
    Route(PATH, prove, methods=["POST"]),
    Route(f"{PATH}/options", json_errors(options), methods=["POST"]),
]
