"""Page on which people change their own account: password, language, theme and alerts.

Plain forms: they post, and are redirected back to the page. Sessions and tokens are in `own_sessions` and `own_tokens`.
"""

from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import accounts, devices, live_changes, session_renewal, token_list
from board.accounts.account_forms import check_password, form_reader, recheck, require_session
from board.accounts.factors import policy, second_factors
from board.accounts.factors.second_factors import Factors
from board.accounts.provider_session import provider_of
from board.accounts.session_list import list_sessions
from board.commands.alarms import alerts
from board.commands.alarms.alerts import AlarmSignals
from board.engine.identity import Caller
from board.errors import OperationError, Refused
from board.i18n import N_
from board.web import language, pages
from board.web.auth import signed_in
from board.web.endpoint import IntParam
from board.web.http import service_of
from board.web.refusals import with_retry_after
from models.accounts import Account
from models.alert import KINDS
from models.times import format_utc, now

PATH = "/account"
CHANGED = {
    "password": N_("Password changed. You are signed out everywhere else."),
    "alerts": N_("Alert settings saved."),
    "agreed": N_("The token now acts with your rights."),
    "token_ended": N_("The token has ended."),
    "factor_added": N_("Added. You are asked for it when you sign in."),
    "factor_removed": N_("Removed. It no longer signs you in."),
    "disowned": N_("The session has ended, and the administrators have an alert. Change your password now."),
}


async def account_page(request: Request, caller: Caller, problem: str | None = None, status: int = 422) -> Response:
    """`GET /account`: settings of the account and of this browser, and its sessions. `problem`: why a change failed."""
    id, at, lang = caller.account.id, format_utc(now()), language.language_for(request, caller)
    service, provider = service_of(request), await provider_of(request, caller)
    rows = [] if caller.token else await service.database.read(lambda session: list_sessions(session, id, at, lang))
    alert_settings = await service.database.read(lambda session: alerts.settings_of(session, id))
    message = problem and i18n.translate(problem, lang)
    notice, ended_tokens = CHANGED.get(request.query_params.get("changed", "")), IntParam("ended", 0, 1_000_000).read(request)
    tokens = await service.database.read(lambda session: token_list.list_tokens(session, at, id))

    def read_factors(session: Session) -> tuple[Factors, datetime | None]:
        if caller.token:
            return Factors([], 0), None
        return second_factors.of_account(session, id), policy.set_up_by(session, caller.account, service.settings, now())

    factors, set_up_by = await service.database.read(read_factors)
    return pages.page(
        request, "account.html", caller, status=status if problem else 200, problem=message, own=caller.session, sessions=rows,
        changed=notice and i18n.translate(notice, lang), ended=ended_tokens, alerts=alert_settings, tokens=tokens,
        good=token_list.count_active(tokens), factors=factors, set_up_by=set_up_by and format_utc(set_up_by),
        has_password=service.sign_in.allows_password(caller.account.email),
        provider=provider, types_password=provider is None,
    )  # fmt: skip


async def choose_language(request: Request) -> Response:
    """`POST /account/language`: set the caller's language; an empty one leaves it to the browser."""
    if await signed_in(request) is None:
        return RedirectResponse(f"/login?next={PATH}", 303)
    caller, service = await require_session(request), service_of(request)
    chosen = (await form_reader(request))("language")
    if chosen and chosen not in i18n.languages():
        raise Refused("invalid")
    await live_changes.apply_change(
        service, recheck(caller, lambda session: accounts.set_language(session, caller.account.id, chosen))
    )
    return RedirectResponse(PATH, 303)


async def choose_theme(request: Request) -> Response:
    """`POST /account/theme`: set the theme, light or dark; an empty one leaves it to the system."""
    caller, service = await require_session(request), service_of(request)
    theme = (await form_reader(request))("theme")
    try:
        await service.database.write(recheck(caller, lambda session: accounts.set_theme(session, caller.account.id, theme)))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    return RedirectResponse(PATH, 303)


async def choose_alerts(request: Request) -> Response:
    """`POST /account/alerts`: set where alerts of each kind are shown, whether they are quiet, and how alarms are signalled.

    A kind that is missing from the form keeps its setting, because a page of an earlier version does not list newer kinds.
    """
    caller, service = await require_session(request), service_of(request)
    form = await form_reader(request)
    places, quiet = {kind: place for kind in KINDS if (place := form(kind))}, form("quiet") == "yes"
    sound = form("alarm_sound")
    alarms = AlarmSignals(sound, form("alarm_desktop") == "yes") if sound else None
    try:
        await service.database.write(
            recheck(caller, lambda session: alerts.update_settings(session, caller.account.id, places, quiet, alarms))
        )
    except ValueError:
        raise Refused("invalid") from None
    return RedirectResponse(f"{PATH}?changed=alerts", 303)


async def change_password(request: Request) -> Response:
    """`POST /account/password`: change the password, and end every other session.

    The form must include the current password. This session gets a new cookie.
    """
    caller, service = await require_session(request), service_of(request)
    form = await form_reader(request)
    email = caller.account.email
    try:
        await check_password(request, caller, form("old"))
        prepare = partial(accounts.prepare_password, email, form("new"), except_digest=caller.session)
        set_password = await service.queues.sign_in_known_devices.run(caller.account.id, prepare)
        token_count = await live_changes.apply_change(service, recheck(caller, set_password))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    except Refused as refused:
        if refused.code != "rate_limited":
            raise
        return with_retry_after(await account_page(request, caller, refused.message, 429), refused)
    response = RedirectResponse(changed_path("password", token_count), 303)
    account = await service.database.read(lambda session: session.get(Account, caller.account.id))
    if account is not None:
        devices.remember(request, response, account)
    await session_renewal.renew_session(request, response, caller)
    return response


def changed_path(what: str, token_count: int) -> str:
    """Return the address of the page that says what changed, and how many tokens ended with it."""
    return f"{PATH}?{urlencode({'changed': what} | ({'ended': str(token_count)} if token_count else {}))}"


routes = [
    Route(PATH, pages.for_people(account_page)),
    Route(f"{PATH}/language", choose_language, methods=["POST"]),
    Route(f"{PATH}/theme", choose_theme, methods=["POST"]),
    Route(f"{PATH}/alerts", choose_alerts, methods=["POST"]),
    Route(f"{PATH}/password", change_password, methods=["POST"]),
]
