"""Forms of the account page that add and remove second factors. A secret or code that is shown once is in the response only."""

from functools import partial

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import live_changes
from board.accounts.account_forms import form_reader, recheck, require_session
from board.accounts.account_pages import PATH, account_page
from board.accounts.factors import app_set_up, passkey_refusals, passkeys, recovery_codes, second_factors
from board.accounts.factors.passkey_refusals import site_of
from board.accounts.factors.passkeys import PasskeyError
from board.accounts.factors.sign_in_pages import codes_page
from board.audit import entries, writer
from board.engine.identity import Caller
from board.engine.recent_factor import require_recent_factor
from board.errors import OperationError
from board.i18n import N_
from board.web import language, pages
from board.web.http import service_of
from board.web.refusals import json_errors
from models.accounts import Account
from models.times import now

FACTORS = f"{PATH}/factors"


async def app_page(request: Request, caller: Caller, problem: str | None = None, sealed: str = "") -> Response:
    """`GET /account/factors/app`: QR code of a new app with codes. `problem`: why a set-up failed."""
    if caller.session is None:
        return RedirectResponse(PATH, 303)
    message = problem and i18n.translate(problem, language.language_for(request, caller))
    app = app_set_up.begin(caller.account, service_of(request).settings.secret(), caller.session, sealed)
    status = 422 if problem else 200
    response = pages.page(request, "factor_app.html", caller, status=status, problem=message, action=f"{FACTORS}/app", **app)
    response.headers["Cache-Control"] = "no-store"
    return response


async def add_app(request: Request) -> Response:
    """`POST /account/factors/app`: add the app whose secret is in `sealed`, if its `code` is right."""
    caller, service = await require_session(request), service_of(request)
    require_recent_factor(caller)
    form = await form_reader(request)
    sealed, code = form("sealed"), form("code")
    key, session_digest = service.settings.secret(), caller.session or ""

    def add(session: Session) -> list[str]:
        account = session.get_one(Account, caller.account.id, with_for_update=True)
        return app_set_up.finish(session, account, key, session_digest, sealed, code, now())

    try:
        codes = await live_changes.apply_change(service, recheck(caller, add))
    except OperationError as error:
        return await app_page(request, caller, str(error), sealed)
    return codes_page(request, codes, f"{PATH}#factors") if codes else _back("factor_added")


async def passkey_options(request: Request) -> Response:
    """`POST /account/factors/passkeys/options`: options for creating a passkey."""
    caller = await require_session(request)
    require_recent_factor(caller)
    rows = await service_of(request).database.read(lambda session: passkeys.of_account(session, caller.account.id))
    text = passkeys.registration_options(site_of(request, f"new {caller.session}"), caller.account, rows, now())
    return Response(text, media_type="application/json")


async def add_passkey(request: Request) -> Response:
    """`POST /account/factors/passkeys`: add the passkey in `credential` under a `name`."""
    caller, form = await require_session(request), await form_reader(request)
    require_recent_factor(caller)
    site, answer, name = site_of(request, f"new {caller.session}"), form("credential"), form("name")

    def add(session: Session) -> list[str]:
        account = session.get_one(Account, caller.account.id, with_for_update=True)
        return second_factors.add(session, account, passkeys.new_factor(session, site, account, answer, name, now()))

    try:
        codes = await live_changes.apply_change(service_of(request), recheck(caller, add))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    except PasskeyError:
        return await account_page(request, caller, passkey_refusals.WRONG)
    return codes_page(request, codes, f"{PATH}#factors") if codes else _back("factor_added")


async def remove(request: Request) -> Response:
    """`POST /account/factors/remove`: remove the factor with the id `factor` from the caller's account."""
    caller = await require_session(request)
    require_recent_factor(caller)
    id = (await form_reader(request))("factor")

    def remove(session: Session) -> None:
        account = session.get_one(Account, caller.account.id, with_for_update=True)
        second_factors.remove(session, account, id, by=caller.session)

    try:
        await live_changes.apply_change(service_of(request), recheck(caller, remove))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    return _back("factor_removed")


async def new_codes(request: Request) -> Response:
    """`POST /account/factors/codes`: replace the recovery codes, and show the new ones once."""
    caller = await require_session(request)
    require_recent_factor(caller)

    def replace(session: Session) -> list[str]:
        account = session.get_one(Account, caller.account.id, with_for_update=True)
        if not second_factors.has_any(session, account.id):
            raise OperationError(N_("Set up an app or a passkey first."))
        writer.write(session, entries.RecoveryCodesMade(id=account.id, name=account.name))
        return recovery_codes.replace(session, account)

    try:
        codes = await live_changes.apply_change(service_of(request), recheck(caller, replace))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    return codes_page(request, codes, f"{PATH}#factors")


def _back(changed: str) -> Response:
    return RedirectResponse(f"{PATH}?changed={changed}#factors", 303)


_post = partial(Route, methods=["POST"])
routes = [
    Route(f"{FACTORS}/app", pages.for_people(app_page)),
    _post(f"{FACTORS}/app", add_app),
    _post(f"{FACTORS}/passkeys/options", json_errors(passkey_options)),
    _post(f"{FACTORS}/passkeys", add_passkey),
    _post(f"{FACTORS}/remove", remove),
    _post(f"{FACTORS}/codes", new_codes),
]
