"""Step-up: a signed-in person proves their identity again, on a page of its own or in a dialog of another page.

People with a second factor use a code or passkey. Everyone else types the password, or signs in again at their provider.
"""

from functools import partial

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import throttle
from board.accounts.account_forms import check_password, form_reader, recheck, require_session
from board.accounts.factors import code_check, passkey_refusals, passkeys, second_factors
from board.accounts.factors.passkey_refusals import site_of
from board.accounts.factors.passkeys import PasskeyError
from board.accounts.factors.second_factors import Factors
from board.accounts.provider_session import provider_of
from board.accounts.session_renewal import renew_session
from board.engine.identity import Caller
from board.engine.recent_factor import is_recent
from board.errors import OperationError, Refused
from board.i18n import N_
from board.web import language, pages
from board.web.http import json_response, service_of
from board.web.refusals import json_errors, with_retry_after
from models.accounts import LoginSession
from models.times import format_utc, now

PATH = pages.STEP_UP
WRONG = N_("This code is wrong, or was used before. Wait for the next one.")


async def page(request: Request, caller: Caller, problem: str | None = None, status: int = 401) -> Response:
    """`GET /step-up?next=`: form that asks for a code, a passkey or the password; 303 to `next` if the last proof is recent."""
    if problem is None and is_recent(caller):
        return RedirectResponse(_target(request), 303)
    message = problem and i18n.translate(problem, language.language_for(request, caller))
    return pages.page(
        request, "step_up.html", caller, status=status if problem else 200, problem=message, next=_target(request),
        factors=await _factors(request, caller), provider=await provider_of(request, caller),
    )  # fmt: skip


async def prove(request: Request) -> Response:
    """`POST /step-up?next=`: 303 to `next` if `code` or `password` is right, otherwise the page again."""
    caller = await require_session(request)
    try:
        await _prove(request, caller)
    except OperationError as error:
        return await page(request, caller, str(error))
    except Refused as refused:
        if refused.code != "rate_limited":
            raise
        return with_retry_after(await page(request, caller, refused.message, 429), refused)
    response = RedirectResponse(_target(request), 303)
    await renew_session(request, response, caller)
    return response


async def ways(request: Request) -> Response:
    """`POST /step-up/ways`: how the person can prove their identity, and whether they did so recently, for the dialog."""
    caller = await require_session(request)
    factors, provider = await _factors(request, caller), await provider_of(request, caller)
    named = provider and {"key": provider.key, "name": provider.name}
    answer = {"recent": is_recent(caller), "app": factors.has_app, "passkey": factors.has_passkey, "provider": named}
    return json_response(answer)


async def check(request: Request) -> Response:
    """`POST /step-up/check`: prove the identity in a dialog. Refused `invalid` if the code or password is wrong."""
    caller = await require_session(request)
    try:
        await _prove(request, caller)
    except OperationError as error:
        raise Refused("invalid", str(error)) from None
    response = json_response({"recent": True})
    await renew_session(request, response, caller)
    return response


async def _prove(request: Request, caller: Caller) -> None:
    """Check the code, passkey or password of the form, and record the proof. Raises OperationError or Refused if it is wrong."""
    form, factors = await form_reader(request), await _factors(request, caller)
    if not factors.rows:
        await check_password(request, caller, form("password"))
        await service_of(request).database.write(recheck(caller, lambda session: record(session, caller)))
        return
    limits = throttle.limits_of_codes_in_session(caller.account, caller.session or "")
    try:
        is_right = await code_check.limited(
            request, caller.account, limits, partial(_use, request, caller, form("code"), form("credential"))
        )
    except PasskeyError as error:
        raise OperationError(await passkey_refusals.record(request, error)) from None
    if not is_right:
        raise OperationError(WRONG)


async def _use(request: Request, caller: Caller, code: str, credential: str) -> bool:
    """Use the passkey in `credential`, or the code if there is none, and record the proof. Raises PasskeyError."""
    service, site = service_of(request), site_of(request, f"session {caller.session}")

    def use(session: Session) -> bool:
        if credential:
            passkeys.use(session, site, credential, now(), account=caller.account.id)
        elif second_factors.use_code(session, caller.account, code, service.settings.secret(), now()) is None:
            return False
        record(session, caller)
        return True

    return await service.database.write(recheck(caller, use))


async def options(request: Request) -> Response:
    """`POST /step-up/options`: options for requesting a passkey of the caller."""
    caller = await require_session(request)
    rows = await service_of(request).database.read(lambda session: passkeys.of_account(session, caller.account.id))
    text = passkeys.request_options(site_of(request, f"session {caller.session}"), rows, now())
    return Response(text, media_type="application/json")


def record(session: Session, caller: Caller) -> None:
    """Record that the person proved their identity in this session."""
    session.get_one(LoginSession, caller.session).factor_at = format_utc(now())


async def _factors(request: Request, caller: Caller) -> Factors:
    return await service_of(request).database.read(lambda session: second_factors.of_account(session, caller.account.id))


def _target(request: Request) -> str:
    return pages.safe_redirect_path(request.query_params.get("next", pages.HOME))


async def _page(request: Request, caller: Caller) -> Response:
    return RedirectResponse(pages.HOME, 303) if caller.session is None else await page(request, caller)


routes = [
    Route(PATH, pages.for_people(_page)),
    Route(PATH, prove, methods=["POST"]),
    Route(f"{PATH}/ways", json_errors(ways), methods=["POST"]),
    Route(f"{PATH}/options", json_errors(options), methods=["POST"]),
    Route(f"{PATH}/check", json_errors(check), methods=["POST"]),
]
