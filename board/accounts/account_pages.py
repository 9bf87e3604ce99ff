"""Pages on which people change their own account, and the page on which a one-time link sets a password.

Settings are password, language, theme, alerts and sessions. Plain forms: they post, and are redirected back to the page.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n
from board.accounts import accounts, devices, live_changes, password_links, session_renewal, sign_in_end, token_list
from board.accounts.factors import policy, second_factors
from board.accounts.factors.second_factors import Factors
from board.accounts.login import login_of
from board.accounts.provider_session import provider_of
from board.accounts.session_list import disown, list_sessions
from board.audit import actor
from board.commands.alarms import alerts
from board.commands.alarms.alerts import AlarmSignals
from board.engine.identity import Caller, require_unlocked
from board.engine.recent_factor import require_recent_factor
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError, Refused
from board.i18n import N_
from board.rate_limit import client_address
from board.web import language, pages
from board.web.auth import signed_in
from board.web.endpoint import IntParam
from board.web.http import check_rate, json_response, parse_form, read_body, service_of
from board.web.refusals import with_retry_after
from board.web.same_origin import check_own_page
from models.accounts import Account
from models.alert import KINDS
from models.times import format_utc, now

T = TypeVar("T")

PATH = "/account"
PASSWORDS_OFF = N_("Passwords are switched off. Sign in with a provider.")
PASSWORD_FIELDS = ("old", "new", "password")  # of forms; they are taken exactly as typed
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
    """`GET /account`: settings of the account and of this browser, and its sessions. `problem`: of a failed change."""
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

    A kind that the form does not name keeps its setting: a page of an earlier version does not know it.
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
    """`POST /account/password`: change the password; the form has the current one too. Every other session ends.

    This session gets another cookie.
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
    response = RedirectResponse(_changed("password", token_count), 303)
    account = await service.database.read(lambda session: session.get(Account, caller.account.id))
    if account is not None:
        devices.remember(request, response, account)
    await session_renewal.renew_session(request, response, caller)
    return response


async def agree_to_token(request: Request) -> Response:
    """`POST /account/tokens/agree`: let the token `token`, made by somebody else, act with the caller's rights.

    The form contains the password, too.
    """
    caller = await require_session(request)
    require_recent_factor(caller)
    form = await form_reader(request)
    try:
        await check_password_for_token(request, caller, form("password"))
    except Refused as refused:
        if refused.code != "rate_limited":
            raise
        return with_retry_after(await account_page(request, caller, refused.message, 429), refused)
    except OperationError as error:
        return await account_page(request, caller, str(error))
    response = await _change_token(request, caller, form("token"), accounts.agree_to_token, "agreed")
    await session_renewal.renew_session(request, response, caller)
    return response


async def end_token(request: Request) -> Response:
    """`POST /account/tokens/end`: revoke the token `token` of the caller's account."""
    caller = await require_session(request)
    require_recent_factor(caller)
    return await _change_token(request, caller, (await form_reader(request))("token"), accounts.end_own_token, "token_ended")


async def _change_token(
    request: Request, caller: Caller, token: str, change: Callable[[Session, str, str, str], None], changed: str
) -> Response:
    service = service_of(request)
    at = format_utc(service.clock())
    try:
        await live_changes.apply_change(service, recheck(caller, lambda session: change(session, caller.account.id, token, at)))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    return RedirectResponse(f"{PATH}?changed={changed}#tokens", 303)


async def end_sessions(request: Request) -> Response:
    """`POST /account/sessions`: end the session with the digest `session`, or all but the current one."""
    caller, service = await require_session(request), service_of(request)
    require_recent_factor(caller)
    only = (await form_reader(request))("session") or None

    def end(session: Session) -> None:
        accounts.end_sessions(session, caller.account.id, only=only, except_digest=None if only else caller.session)

    await live_changes.apply_change(service, recheck(caller, end))
    return RedirectResponse(PATH, 303)


async def disown_session(request: Request) -> Response:
    """`POST /account/sessions/disown`: end the session with the digest `reported`, which somebody else started, and alert the
    administrators. `others` is `yes` to end all other sessions on new devices too."""
    caller, service = await require_session(request), service_of(request)
    require_recent_factor(caller)
    form = await form_reader(request)
    digest, others, at = form("reported"), form("others") == "yes", format_utc(now())

    def report(session: Session) -> int:
        return disown(session, caller.account.id, digest, current=caller.session, with_new_devices=others, now=at)

    try:
        token_count = await live_changes.apply_change(service, recheck(caller, report))
    except OperationError as error:
        return await account_page(request, caller, str(error))
    return RedirectResponse(f"{_changed('disowned', token_count)}#password", 303)


async def link_page(request: Request) -> Response:
    """`GET /password`: the page of a one-time link. The secret is in the URL's fragment; only the form sends it."""
    return pages.page(request, "set_password.html", None, code="", problem=None)


async def set_password_by_link(request: Request) -> Response:
    """`POST /password`: set the password of the link's account, and sign its owner in; a second factor is asked for as always.

    Every other session and every token of the account ends; the next page shows the number of tokens.
    """
    check_own_page(request)
    form, service = await form_reader(request), service_of(request)
    code = form("code").strip().rpartition("#")[2]  # a person who can't follow the link may have pasted the complete URL
    try:
        # Check the link before the password is hashed, so that guessed codes cost no hashing.
        owner = await service.database.read(lambda session: password_links.owner_of(session, code, service.clock()))
        if not service.sign_in.allows_password(owner.email):
            raise OperationError(PASSWORDS_OFF)
        prepare = partial(accounts.prepare_password, owner.email, form("new"))
        set_password = await service.queues.sign_in_known_devices.run(owner.id, prepare)

        def use(session: Session) -> int:
            actor.set_current(session, actor.NOBODY)  # the link proves no session
            password_links.consume(session, code, service.clock(), client_address.of(request))
            return set_password(session)

        token_count = await live_changes.apply_change(service, use)
    except OperationError as error:
        problem = i18n.translate(str(error), language.language_for(request))
        return pages.page(request, "set_password.html", None, status=422, code=code, problem=problem)
    account = await service.database.read(lambda session: session.get(Account, owner.id))
    target = _changed("password", token_count) if token_count else pages.HOME
    response = None
    if account is not None:
        response = await sign_in_end.finish(request, account, target, strong=False, asks_duty=False)
    return response or RedirectResponse("/login", 303)


async def count_ending_tokens(request: Request) -> Response:
    """`POST /password/tokens`: number of tokens that the link of `code` ends, as `{"tokens": 2}`; null for an unknown link."""
    check_own_page(request)
    form, service = await form_reader(request), service_of(request)
    code = form("code").strip().rpartition("#")[2]

    def count(session: Session) -> int:
        return len(accounts.active_tokens(session, password_links.owner_of(session, code, service.clock()).id, format_utc(now())))

    try:
        return json_response({"tokens": await service.database.read(count)})
    except OperationError:
        return json_response({"tokens": None})


def _changed(what: str, token_count: int) -> str:
    """Return the address of the page that says what changed, and how many tokens ended with it."""
    return f"{PATH}?{urlencode({'changed': what} | ({'ended': str(token_count)} if token_count else {}))}"


async def check_password(request: Request, caller: Caller, password: str) -> None:
    """Check the password that a signed-in person typed again. Raises OperationError if it is wrong, Refused `rate_limited`."""
    address = client_address.of(request)
    if await login_of(request).reauthenticate(caller.account, password, caller.session or "", address) is None:
        raise OperationError(N_("Your current password is wrong."))


async def check_password_for_token(request: Request, caller: Caller, password: str) -> None:
    """Check the password like `check_password`, except of a person whom a provider signed in.

    Such a person may have none. They have proved their identity lately, which the caller of this has checked.
    """
    if await provider_of(request, caller) is None:
        await check_password(request, caller, password)


async def form_reader(request: Request) -> Callable[[str], str]:
    """Return a function that reads a field of the posted form by name; empty if absent.

    Removes U+0000, which PostgreSQL rejects, except from passwords, of which only a hash is stored.
    """
    form = parse_form(await read_body(request))

    def read(name: str) -> str:
        text = form.get(name, [""])[0]
        return text if name in PASSWORD_FIELDS else text.replace("\0", "")

    return read


async def require_session(request: Request) -> Caller:
    """Return the caller of a change to their own account. Raises Refused without a session, or from a page of another site."""
    caller = await signed_in(request)
    if caller is None:
        raise Refused("unauthenticated")
    if caller.token is not None:
        raise Refused("forbidden", N_("A token cannot be used to change account settings."))
    check_own_page(request)
    check_rate(request, caller)
    return caller


def recheck(caller: Caller, fn: Callable[[Session], T], role: str | None = None) -> Callable[[Session], T]:
    """Wrap `fn` so that its transaction checks the caller's session and `role` again: they may have ended in the meantime."""

    def do(session: Session) -> T:
        lock_rights_version(session)
        account = require_unlocked(session, caller)
        if role not in (None, account.role):
            raise Refused("not_found")
        actor.set_current(session, actor.account(account))
        return fn(session)

    return do


routes = [
    Route(PATH, pages.for_people(account_page)),
    Route(f"{PATH}/language", choose_language, methods=["POST"]),
    Route(f"{PATH}/theme", choose_theme, methods=["POST"]),
    Route(f"{PATH}/alerts", choose_alerts, methods=["POST"]),
    Route(f"{PATH}/password", change_password, methods=["POST"]),
    Route(f"{PATH}/sessions", end_sessions, methods=["POST"]),
    Route(f"{PATH}/sessions/disown", disown_session, methods=["POST"]),
    Route(f"{PATH}/tokens/agree", agree_to_token, methods=["POST"]),
    Route(f"{PATH}/tokens/end", end_token, methods=["POST"]),
    Route(password_links.PATH, link_page),
    Route(password_links.PATH, set_password_by_link, methods=["POST"]),
    Route(f"{password_links.PATH}/tokens", count_ending_tokens, methods=["POST"]),
]
